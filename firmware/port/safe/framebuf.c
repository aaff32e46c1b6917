// safe/framebuf.c: the module framebuf, whose buffers have room for all their pixels, and whose pixels take time.
//
// It is MicroPython's own file with one check more: it multiplies width, height and bits in a machine word, and the
// product of large ones fits into any buffer. The Makefile compiles this file in place of extmod/modframebuf.c.

#include "py/runtime.h"
#include "core/board.h"
#include "extmod/font_petme128_8x8.h"

static mp_obj_t framebuf_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args);
static mp_obj_t framebuf_line(size_t n_args, const mp_obj_t *args);
static mp_obj_t framebuf_ellipse(size_t n_args, const mp_obj_t *args);
static mp_obj_t framebuf_poly(size_t n_args, const mp_obj_t *args);

// With arguments each is MicroPython's function, alone (in the type) it is ours.
#define framebuf_make_new(type, n_args, n_kw, args) make_unchecked(type, n_args, n_kw, args)
#define framebuf_line(n_args, args) line_uncharged(n_args, args)
#define framebuf_ellipse(n_args, args) ellipse_uncharged(n_args, args)
#define framebuf_poly(n_args, args) poly_uncharged(n_args, args)
#define font_petme128_8x8 (vb_spend(VB_NS_GLYPH), font_petme128_8x8) // a character looks up its columns
#include "extmod/modframebuf.c"
#undef framebuf_make_new
#undef framebuf_line
#undef framebuf_ellipse
#undef framebuf_poly

// ---- the time of pixels ----

static mp_framebuf_p_t plain[MP_ARRAY_SIZE(formats)];
static uint32_t drawn; // pixels and rectangles

static bool has_whole_bytes(const mp_obj_framebuf_t *fb) {
    return fb->format == FRAMEBUF_RGB565 || fb->format == FRAMEBUF_GS8;
}

static void set_charged(const mp_obj_framebuf_t *fb, unsigned int x, unsigned int y, uint32_t col) {
    drawn++;
    vb_spend(VB_NS_PIXEL_SET + (has_whole_bytes(fb) ? 0 : VB_NS_BITS_SET));
    plain[fb->format].setpixel(fb, x, y, col);
}

static uint32_t get_charged(const mp_obj_framebuf_t *fb, unsigned int x, unsigned int y) {
    vb_spend(VB_NS_PIXEL_GET + (has_whole_bytes(fb) ? 0 : VB_NS_BITS_GET));
    return plain[fb->format].getpixel(fb, x, y);
}

// In some formats memset() fills a row: the time of its bytes is that of memset() (cost/charged.h).
static void fill_charged(const mp_obj_framebuf_t *fb, unsigned int x, unsigned int y, unsigned int w, unsigned int h,
    uint32_t col) {
    bool by_columns = fb->format == FRAMEBUF_MHLSB || fb->format == FRAMEBUF_MHMSB || fb->format == FRAMEBUF_GS2_HMSB;
    bool by_memset = fb->format == FRAMEBUF_GS4_HMSB || fb->format == FRAMEBUF_GS8;
    drawn++;
    vb_charge(VB_NS_FILL_ROW * (by_columns ? w : h));
    if (fb->format == FRAMEBUF_GS2_HMSB) {
        vb_charge(VB_NS_PIXEL_SET * w * h); // it sets each pixel alone
    } else if (!by_memset) {
        vb_charge((fb->format == FRAMEBUF_RGB565 ? VB_NS_FILL_PIXEL : VB_NS_FILL_BITS) * w * h);
    }
    plain[fb->format].fill_rect(fb, x, y, w, h, col);
}

static mp_obj_t framebuf_line(size_t n_args, const mp_obj_t *args) {
    uint32_t before = drawn;
    mp_obj_t none = line_uncharged(n_args, args);
    vb_charge(VB_NS_LINE_PIXEL * (drawn - before));
    return none;
}

static mp_obj_t framebuf_ellipse(size_t n_args, const mp_obj_t *args) {
    uint32_t before = drawn;
    mp_obj_t none = ellipse_uncharged(n_args, args);
    vb_charge(VB_NS_LINE_PIXEL * (drawn - before));
    return none;
}

static mp_obj_t framebuf_poly(size_t n_args, const mp_obj_t *args) {
    uint32_t before = drawn;
    mp_obj_t none = poly_uncharged(n_args, args);
    vb_charge(VB_NS_LINE_PIXEL * (drawn - before));
    return none;
}

__attribute__((constructor)) static void charge_pixels(void) {
    for (size_t i = 0; i < MP_ARRAY_SIZE(formats); i++) {
        plain[i] = formats[i];
        formats[i] = (mp_framebuf_p_t){set_charged, get_charged, fill_charged};
    }
}

// ---- the check ----

#define MOST_PIXELS (1 << 24) // with 16 bits each they fit into a machine word, and into no board

static mp_obj_t framebuf_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    mp_arg_check_num(n_args, n_kw, 4, 5, false);
    uint64_t stride = mp_obj_get_int(args[n_args >= 5 ? 4 : 1]), height = mp_obj_get_int(args[2]);
    if (stride > UINT16_MAX || height > UINT16_MAX || stride * height > MOST_PIXELS) {
        mp_raise_ValueError(NULL);
    }
    return make_unchecked(type, n_args, n_kw, args);
}
