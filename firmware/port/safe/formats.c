// safe/formats.c: the formats of struct and array, and the length of a deque, without those that reach memory that is not
// theirs.

#include "py/binary.h"
#include "py/parsenum.h"
#include "py/runtime.h"
#include "core/board.h"

#define MOST_ITEMS UINT16_MAX // more than a board has room for, with formats that fit into its memory

// MicroPython's own type codes O and S take any number for the address of an object or of a string.
size_t __real_mp_binary_get_size(char byte_order, char type, size_t *align);
size_t __wrap_mp_binary_get_size(char byte_order, char type, size_t *align) {
    if (type == 'O' || type == 'S') {
        mp_raise_NotImplementedError(MP_ERROR_TEXT("not simulated: the type codes O and S"));
    }
    vb_spend(VB_NS_FORMAT_CODE);
    return __real_mp_binary_get_size(byte_order, type, align);
}

// The counts in formats of struct (in py/modstruct.c, in place of mp_parse_num_integer): MicroPython adds them up in a
// machine word, and the sum of large ones fits into any buffer.
mp_obj_t vb_format_count(const char *text, size_t len, int base, mp_lexer_t *lex) {
    mp_obj_t count = mp_parse_num_integer(text, len, base, lex);
    if (!mp_obj_is_small_int(count) || MP_OBJ_SMALL_INT_VALUE(count) > MOST_ITEMS) {
        mp_raise_ValueError(MP_ERROR_TEXT("buffer too small"));
    }
    return count;
}

// The length of a deque (in py/objdeque.c, in place of mp_obj_get_int), whose bytes MicroPython counts in a machine word.
mp_int_t vb_deque_length(mp_const_obj_t length_in) {
    mp_int_t length = mp_obj_get_int(length_in);
    if (length > (1 << 24)) {
        m_malloc_fail(length); // more than a board has room for
    }
    return length;
}
