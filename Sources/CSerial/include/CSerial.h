// Calls and constants of Linux serial ports that the Swift importer cannot see: <asm/termbits.h> and <termios.h>
// cannot be included together, and ioctl() is variadic. No decisions are made here.
//
// Every function returns 0, or the value of errno.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// struct termios2, with speeds as plain numbers (BOTHER).
struct cserial_line {
  uint32_t iflag, oflag, cflag, lflag;
  uint8_t discipline;
  uint8_t cc[19];
  uint32_t ispeed, ospeed;
};

// struct serial_icounter_struct, receive side.
struct cserial_counters {
  int32_t rx, frame, overrun, parity, brk, buf_overrun;
};

extern const uint32_t cserial_ignbrk, cserial_brkint, cserial_ignpar, cserial_parmrk, cserial_inpck, cserial_istrip,
    cserial_inlcr, cserial_igncr, cserial_icrnl, cserial_iuclc, cserial_ixon, cserial_ixoff, cserial_ixany, cserial_imaxbel;
extern const uint32_t cserial_opost;
extern const uint32_t cserial_csize, cserial_cs8, cserial_cstopb, cserial_cread, cserial_parenb, cserial_parodd,
    cserial_hupcl, cserial_clocal, cserial_crtscts, cserial_cmspar, cserial_cbaud, cserial_cibaud, cserial_bother;
extern const uint32_t cserial_isig, cserial_icanon, cserial_echo, cserial_echonl, cserial_iexten;
extern const int cserial_vmin, cserial_vtime;

int cserial_get_line(int fd, struct cserial_line *line);
int cserial_set_line(int fd, const struct cserial_line *line);
int cserial_get_counters(int fd, struct cserial_counters *counters);
int cserial_get_low_latency(int fd, bool *on);
int cserial_set_low_latency(int fd, bool on);
int cserial_set_exclusive(int fd, bool on);
int cserial_flush_input(int fd);
// A new pseudo terminal: its master side, not blocking, and the path of its slave side.
int cserial_open_pseudo_terminal(int *master, char *path, size_t size);
// The two parts of a device number.
uint32_t cserial_major(uint64_t device);
uint32_t cserial_minor(uint64_t device);
