/* Report: the page, its pictures and the contact sheet, put into their place together. */
#include "oddlot/report/report.h"

#include "oddlot/base/memory.h"
#include "oddlot/report/png.h"
#include "report/contact_sheet_internal.h"
#include "report/finding_cards_internal.h"
#include "report/heat_picture_internal.h"
#include "report/report_folder_internal.h"
#include "report/sections_internal.h"

static odd_status write_heat(const odd_report_folder *folder, const odd_flagged *image, int64_t i)
{
    odd_status st;
    char path[PATH_MAX], file[48];
    uint8_t *pixels = NULL;
    ODD_TRY(odd_report_folder_path(folder, odd_gallery_heat(i, file), path));
    ODD_TRY(odd_heat_picture_make(image, &pixels));
    ODD_TRY(odd_png_write(path, image->width, image->height, 4, pixels));
done:
    odd_free(pixels);
    return st;
}

static odd_status write_pictures(const odd_report_folder *folder, const odd_report_data *data)
{
    odd_status st = ODD_OK;
    char path[PATH_MAX], file[32];
    for (int64_t i = 0; i < data->flagged_count; i++) {
        const odd_flagged *image = &data->flagged[i];
        if (!odd_gallery_has_picture(image)) continue;
        ODD_TRY(odd_report_folder_path(folder, odd_gallery_picture(i, file), path));
        ODD_TRY(odd_png_write(path, image->width, image->height, image->channels, image->pixels));
        if (odd_gallery_has_heat(image)) ODD_TRY(write_heat(folder, image, i));
    }
done:
    return st;
}

static odd_status write_contact_sheet(const odd_report_folder *folder, const odd_report_data *data)
{
    odd_status st;
    char path[PATH_MAX];
    uint8_t *pixels;
    int width, height;
    ODD_TRY(odd_contact_sheet_make(data->flagged, data->flagged_count, &width, &height, &pixels));
    if (!pixels) return ODD_OK;
    ODD_TRY(odd_report_folder_path(folder, "img/contact-sheet.png", path));
    ODD_TRY(odd_png_write(path, width, height, 3, pixels));
done:
    odd_free(pixels);
    return st;
}

static odd_status write_page(const odd_report_folder *folder, const odd_report_data *data)
{
    odd_status st;
    odd_text html = ODD_TEXT_EMPTY;
    ODD_TRY(odd_page_write(data, &html));
    ODD_TRY(odd_report_folder_page(folder, &html));
done:
    odd_text_free(&html);
    return st;
}

odd_status odd_report_write(const char *folder, const odd_report_data *data)
{
    odd_status st;
    odd_report_folder to;
    if ((st = odd_report_folder_begin(folder, &to)) != ODD_OK) return st;
    ODD_TRY(write_pictures(&to, data));
    ODD_TRY(odd_finding_pictures_write(&to, data->findings));
    ODD_TRY(odd_map_pictures_write(&to, data->findings, data->map));
    ODD_TRY(write_contact_sheet(&to, data));
    ODD_TRY(write_page(&to, data));
    ODD_TRY(odd_report_folder_publish(&to));
done:
    return st == ODD_OK ? st : odd_report_folder_abandon(&to, st);
}
