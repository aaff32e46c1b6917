// net/socket_module.c: the contents of the module `socket`.

#include <string.h>

#include "py/mphal.h"
#include "py/parsenum.h"
#include "py/runtime.h"
#include "shared/netutils/netutils.h"
#include "net/socket.h"

static mp_obj_t getaddrinfo(size_t n_args, const mp_obj_t *args) {
    uint8_t ip[4];
    mp_int_t kind = n_args > 3 ? mp_obj_get_int(args[3]) : 0;
    mp_obj_t port = args[1];
    if (VB_IS_ESP32 && mp_obj_is_str(port)) {
        port = mp_parse_num_integer(mp_obj_str_get_str(port), strlen(mp_obj_str_get_str(port)), 10, NULL);
    }
    vb_socket_lookup(args[0], ip);
    mp_obj_t items[5] = {
        MP_OBJ_NEW_SMALL_INT(AF_INET),
        MP_OBJ_NEW_SMALL_INT(VB_IS_ESP32 && kind ? kind : SOCK_STREAM),
        MP_OBJ_NEW_SMALL_INT(0),
        VB_IS_ESP32 ? args[0] : MP_OBJ_NEW_QSTR(MP_QSTR_),
        netutils_format_inet_addr(ip, mp_obj_get_int(port), NETUTILS_BIG),
    };
    mp_obj_t tuple = mp_obj_new_tuple(5, items);
    return mp_obj_new_list(1, &tuple);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(getaddrinfo_obj, 2, 6, getaddrinfo);

static mp_obj_t socket_init(void) {
    vb_net_need_radio(MP_OBJ_NEW_QSTR(MP_QSTR_socket));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_0(socket_init_obj, socket_init);

static const mp_rom_map_elem_t socket_globals_table[] = {
    { MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_socket) },
    { MP_ROM_QSTR(MP_QSTR___init__), MP_ROM_PTR(&socket_init_obj) },
    { MP_ROM_QSTR(MP_QSTR_socket), MP_ROM_PTR(&vb_socket_type) },
    { MP_ROM_QSTR(MP_QSTR_getaddrinfo), MP_ROM_PTR(&getaddrinfo_obj) },
    { MP_ROM_QSTR(MP_QSTR_AF_INET), MP_ROM_INT(AF_INET) },
    { MP_ROM_QSTR(MP_QSTR_AF_INET6), MP_ROM_INT(AF_INET6) },
    { MP_ROM_QSTR(MP_QSTR_SOCK_STREAM), MP_ROM_INT(SOCK_STREAM) },
    { MP_ROM_QSTR(MP_QSTR_SOCK_DGRAM), MP_ROM_INT(SOCK_DGRAM) },
    { MP_ROM_QSTR(MP_QSTR_SOCK_RAW), MP_ROM_INT(SOCK_RAW) },
    { MP_ROM_QSTR(MP_QSTR_IPPROTO_IP), MP_ROM_INT(0) },
    { MP_ROM_QSTR(MP_QSTR_IPPROTO_TCP), MP_ROM_INT(6) },
    { MP_ROM_QSTR(MP_QSTR_SOL_SOCKET), MP_ROM_INT(VB_IS_ESP32 ? 0x0fff : 1) },
    { MP_ROM_QSTR(MP_QSTR_SO_REUSEADDR), MP_ROM_INT(0x0004) },
    { MP_ROM_QSTR(MP_QSTR_SO_BROADCAST), MP_ROM_INT(0x0020) },
    { MP_ROM_QSTR(MP_QSTR_IP_ADD_MEMBERSHIP), MP_ROM_INT(IP_ADD_MEMBERSHIP) },
    { MP_ROM_QSTR(MP_QSTR_TCP_NODELAY), MP_ROM_INT(VB_IS_ESP32 ? 1 : 0x40) },
    #if VB_ESP32
    { MP_ROM_QSTR(MP_QSTR_IPPROTO_UDP), MP_ROM_INT(17) },
    { MP_ROM_QSTR(MP_QSTR_SO_BINDTODEVICE), MP_ROM_INT(SO_BINDTODEVICE) },
    #else
    { MP_ROM_QSTR(MP_QSTR_IP_DROP_MEMBERSHIP), MP_ROM_INT(0x401) },
    #endif
};
static MP_DEFINE_CONST_DICT(socket_globals, socket_globals_table);

const mp_obj_module_t vb_socket_module = {
    .base = { &mp_type_module },
    .globals = (mp_obj_dict_t *)&socket_globals,
};
MP_REGISTER_EXTENSIBLE_MODULE(MP_QSTR_socket, vb_socket_module);
#if VB_RP2
MP_REGISTER_MODULE(MP_QSTR_lwip, vb_socket_module); // its name there; `socket` is another one for it
#endif
