/* A Modbus device that is not ours: libmodbus answers, this file only says what its registers hold.
 *
 *   libmodbus_server tcp              listens on a free port of 127.0.0.1 and prints it
 *   libmodbus_server rtu DEVICE       unit 7 on a serial line, 19200 8N1 (a pseudo-terminal knows no parity)
 *
 * Prints one line for each request: its function code. Ends with whoever started it, or after a minute. */
#include <errno.h>
#include <modbus/modbus.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

enum { UNIT = 7, SIZE = 64, LIFE_S = 60 };

static void fill(modbus_mapping_t *memory)
{
    uint16_t *input = memory->tab_input_registers;
    float level = 2.68f, swapped = -2.5f;
    double flow = 49.75;
    int32_t level_bits, swapped_bits;
    int64_t flow_bits;

    memcpy(&level_bits, &level, sizeof level_bits);
    memcpy(&swapped_bits, &swapped, sizeof swapped_bits);
    memcpy(&flow_bits, &flow, sizeof flow_bits);
    input[0] = (uint16_t) -1234;
    input[1] = 54321;
    MODBUS_SET_INT32_TO_INT16(input, 2, 0x89ABCDEF);
    MODBUS_SET_INT32_TO_INT16(input, 4, -100000);
    /* Not modbus_set_float_abcd and _cdab: version 3.1.6 turns the bytes of each register round. */
    MODBUS_SET_INT32_TO_INT16(input, 6, level_bits);
    input[8] = swapped_bits & 0xFFFF;
    input[9] = swapped_bits >> 16 & 0xFFFF;
    MODBUS_SET_INT64_TO_INT16(input, 10, flow_bits);
    input[14] = 1;
    input[15] = 1 << 15 | 1 << 1;
    input[16] = 'Q' << 8 | 'i';
    input[17] = 'a' << 8 | 'n';
    input[20] = 70000 & 0xFFFF;
    input[21] = 70000 >> 16;
    memory->tab_input_bits[0] = 1;
    memory->tab_input_bits[9] = 1;
}

static void answer(modbus_t *context, modbus_mapping_t *memory)
{
    uint8_t query[MODBUS_TCP_MAX_ADU_LENGTH];

    for (;;) {
        int length = modbus_receive(context, query);
        if (length < 0 && errno != EMBBADCRC)
            return;
        if (length <= 0)
            continue;
        printf("%d\n", query[modbus_get_header_length(context)]);
        fflush(stdout);
        modbus_reply(context, query, length, memory);
    }
}

static int serve_tcp(modbus_mapping_t *memory)
{
    modbus_t *context = modbus_new_tcp("127.0.0.1", 0);
    int listener = modbus_tcp_listen(context, 1);
    struct sockaddr_in bound;
    socklen_t size = sizeof bound;

    if (listener < 0 || getsockname(listener, (struct sockaddr *) &bound, &size) < 0) {
        perror("listen");
        return 1;
    }
    modbus_set_slave(context, UNIT);
    printf("ready %d\n", ntohs(bound.sin_port));
    fflush(stdout);
    while (modbus_tcp_accept(context, &listener) >= 0) {
        answer(context, memory);
        modbus_close(context);
    }
    return 1;
}

static int serve_rtu(modbus_mapping_t *memory, const char *device)
{
    modbus_t *context = modbus_new_rtu(device, 19200, 'N', 8, 1);

    modbus_set_slave(context, UNIT);
    if (modbus_connect(context) < 0) {
        perror(device);
        return 1;
    }
    printf("ready 0\n");
    fflush(stdout);
    for (;;) {
        answer(context, memory);
        if (errno == EIO || errno == ECONNRESET || errno == EBADF)
            return 0;
    }
}

int main(int count, char **words)
{
    modbus_mapping_t *memory = modbus_mapping_new(SIZE, SIZE, SIZE, SIZE);

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    alarm(LIFE_S);
    if (memory == NULL)
        return 1;
    fill(memory);
    if (count == 3 && strcmp(words[1], "rtu") == 0)
        return serve_rtu(memory, words[2]);
    return serve_tcp(memory);
}
