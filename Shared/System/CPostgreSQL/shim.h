#ifndef CLOWDER_CPOSTGRESQL_SHIM_H
#define CLOWDER_CPOSTGRESQL_SHIM_H
/* Debian keeps the header in a folder that is not searched. */
#if __has_include(<postgresql/libpq-fe.h>)
#include <postgresql/libpq-fe.h>
#else
#include <libpq-fe.h>
#endif
#endif
