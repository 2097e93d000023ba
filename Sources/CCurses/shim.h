// The system's ncurses with wide characters. What the Swift importer cannot see (attributes made by macros, variables
// that are shared between threads in its view) stands here as functions.
#ifndef CCURSES_SHIM_H
#define CCURSES_SHIM_H

#ifndef NCURSES_WIDECHAR
#define NCURSES_WIDECHAR 1
#endif
#include <curses.h>
#include <term.h>
#include <locale.h>
#include <stdlib.h>
#include <wchar.h>

/// Starts the terminal named by TERM; 0 where it is not known. Takes the locale of the environment for its characters.
static inline SCREEN *ccurses_start(FILE *output, FILE *input) {
  setlocale(LC_CTYPE, "");
  return newterm(NULL, output, input);
}

/// Whether the terminal named by TERM is known and cannot put its cursor anywhere, as "dumb" cannot: it shows no screen.
static inline int ccurses_is_line_only(void) {
  int problem = 0;
  if (setupterm(NULL, 1, &problem) != OK) return 0;
  char *place = tigetstr("cup");
  int found = place != NULL && place != (char *)-1;
  del_curterm(cur_term);
  return !found;
}

static inline WINDOW *ccurses_window(void) { return stdscr; }
static inline FILE *ccurses_standard_output(void) { return stdout; }
static inline FILE *ccurses_standard_input(void) { return stdin; }

/// Writes one character of one column at a place. What the locale cannot show becomes a question mark.
static inline void ccurses_put(int line, int column, wchar_t character, attr_t attributes, short pair) {
  wchar_t text[2] = {character, 0};
  cchar_t cell;
  if (character > 126 && MB_CUR_MAX == 1) text[0] = L'?';
  if (setcchar(&cell, text, attributes, pair, NULL) == OK) mvwadd_wch(stdscr, line, column, &cell);
}

/// The next key without waiting: ERR, OK for a character, KEY_CODE_YES for a function key.
static inline int ccurses_key(wint_t *key) { return wget_wch(stdscr, key); }

static inline attr_t ccurses_bold(void) { return A_BOLD; }
static inline attr_t ccurses_faint(void) { return A_DIM; }
static inline attr_t ccurses_reverse(void) { return A_REVERSE; }
static inline attr_t ccurses_underline(void) { return A_UNDERLINE; }

#endif
