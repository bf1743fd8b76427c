#!/usr/bin/python3
"""Known pixels of generated catalogues for test_catalogue_generated.c: Philox4x32-10 written anew from the paper
(Salmon et al., SC 2011), first checked against the known answer of its authors."""


def philox(counter, key):
    c, k = list(counter), list(key)
    for _ in range(10):
        p, q = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
        c = [q >> 32 ^ c[1] ^ k[0], q & 0xFFFFFFFF, p >> 32 ^ c[3] ^ k[1], p & 0xFFFFFFFF]
        k = [(k[0] + 0x9E3779B9) & 0xFFFFFFFF, (k[1] + 0xBB67AE85) & 0xFFFFFFFF]
    return c


# Random123's tests/kat_vectors: philox4x32 10
assert philox([0] * 4, [0] * 2) == [0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8]

STREAM = 6
second = philox([123, 0, 1, STREAM], [1, 0])  # pixels 128 ... 255 of image 123, seed 1
print("binary:", "".join(str(second[p // 32] >> p % 32 & 1) for p in range(40)))
words = [philox([100 + i, 0, 0, STREAM], [1, 0]) for i in range(8)]
print("solid:", [((w[1] << 32 | w[0]) * 256) >> 64 for w in words])
