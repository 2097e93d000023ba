#define _GNU_SOURCE
#include "CSerial.h"

#include <asm/ioctls.h>
#include <asm/termbits.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/serial.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

// <sys/ioctl.h> would bring in a second, different struct termios.
extern int ioctl(int fd, unsigned long request, ...);

const uint32_t cserial_ignbrk = IGNBRK, cserial_brkint = BRKINT, cserial_ignpar = IGNPAR, cserial_parmrk = PARMRK,
               cserial_inpck = INPCK, cserial_istrip = ISTRIP, cserial_inlcr = INLCR, cserial_igncr = IGNCR,
               cserial_icrnl = ICRNL, cserial_iuclc = IUCLC, cserial_ixon = IXON, cserial_ixoff = IXOFF,
               cserial_ixany = IXANY, cserial_imaxbel = IMAXBEL;
const uint32_t cserial_opost = OPOST;
const uint32_t cserial_csize = CSIZE, cserial_cs8 = CS8, cserial_cstopb = CSTOPB, cserial_cread = CREAD,
               cserial_parenb = PARENB, cserial_parodd = PARODD, cserial_hupcl = HUPCL, cserial_clocal = CLOCAL,
               cserial_crtscts = CRTSCTS, cserial_cmspar = CMSPAR, cserial_cbaud = CBAUD, cserial_cibaud = CIBAUD,
               cserial_bother = BOTHER;
const uint32_t cserial_isig = ISIG, cserial_icanon = ICANON, cserial_echo = ECHO, cserial_echonl = ECHONL,
               cserial_iexten = IEXTEN;
const int cserial_vmin = VMIN, cserial_vtime = VTIME;

_Static_assert(NCCS == sizeof(((struct cserial_line *)0)->cc), "the kernel's count of control characters");

static int result(int value) { return value < 0 ? errno : 0; }

int cserial_get_line(int fd, struct cserial_line *line) {
  struct termios2 t;
  memset(&t, 0, sizeof t);
  if (ioctl(fd, TCGETS2, &t) < 0) return errno;
  *line = (struct cserial_line){.iflag = t.c_iflag,
                                .oflag = t.c_oflag,
                                .cflag = t.c_cflag,
                                .lflag = t.c_lflag,
                                .discipline = t.c_line,
                                .ispeed = t.c_ispeed,
                                .ospeed = t.c_ospeed};
  memcpy(line->cc, t.c_cc, sizeof line->cc);
  return 0;
}

int cserial_set_line(int fd, const struct cserial_line *line) {
  struct termios2 t = {.c_iflag = line->iflag,
                       .c_oflag = line->oflag,
                       .c_cflag = line->cflag,
                       .c_lflag = line->lflag,
                       .c_line = line->discipline,
                       .c_ispeed = line->ispeed,
                       .c_ospeed = line->ospeed};
  memcpy(t.c_cc, line->cc, sizeof line->cc);
  return result(ioctl(fd, TCSETS2, &t));
}

int cserial_get_counters(int fd, struct cserial_counters *counters) {
  struct serial_icounter_struct c;
  memset(&c, 0, sizeof c);
  if (ioctl(fd, TIOCGICOUNT, &c) < 0) return errno;
  *counters = (struct cserial_counters){.rx = c.rx,
                                        .frame = c.frame,
                                        .overrun = c.overrun,
                                        .parity = c.parity,
                                        .brk = c.brk,
                                        .buf_overrun = c.buf_overrun};
  return 0;
}

int cserial_get_low_latency(int fd, bool *on) {
  struct serial_struct s;
  memset(&s, 0, sizeof s);
  if (ioctl(fd, TIOCGSERIAL, &s) < 0) return errno;
  *on = (s.flags & ASYNC_LOW_LATENCY) != 0;
  return 0;
}

int cserial_set_low_latency(int fd, bool on) {
  struct serial_struct s;
  memset(&s, 0, sizeof s);
  if (ioctl(fd, TIOCGSERIAL, &s) < 0) return errno;
  s.flags = on ? s.flags | ASYNC_LOW_LATENCY : s.flags & ~ASYNC_LOW_LATENCY;
  return result(ioctl(fd, TIOCSSERIAL, &s));
}

int cserial_set_exclusive(int fd, bool on) { return result(ioctl(fd, on ? TIOCEXCL : TIOCNXCL)); }

int cserial_flush_input(int fd) { return result(ioctl(fd, TCFLSH, TCIFLUSH)); }

int cserial_open_pseudo_terminal(int *master, char *path, size_t size) {
  int fd = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0) return errno;
  int error = grantpt(fd) < 0 || unlockpt(fd) < 0 ? errno : ptsname_r(fd, path, size);
  if (error != 0) {
    close(fd);
    return error;
  }
  *master = fd;
  return 0;
}

uint32_t cserial_major(uint64_t device) { return major(device); }

uint32_t cserial_minor(uint64_t device) { return minor(device); }
