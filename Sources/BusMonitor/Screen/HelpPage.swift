/// The keys, and what the marks mean.
enum HelpPage {
  private static let lines: [(key: String, text: String)] = [
    ("q", "quit"),
    ("SPACE p", "pause: the screen stands still, a recording stops"),
    ("c", "clear: start all rows and figures anew"),
    ("s", "sort by kind, count, period, latest change"),
    ("f /", "filter: words that a row must have, !word must not"),
    ("arrows", "choose a row and see all of it; ESC lets go"),
    ("PgUp PgDn", "a page; Home and End"),
    ("#", "notch: no longer mark what is marked now"),
    ("*", "clear the notch"),
    ("b", "data bit by bit"),
    ("h", "mark changes, or not"),
    ("?", "this page; any key leaves it"),
    ("", ""),
    ("SENDER", "who sent it by the evidence; ! in another's name, ? not told"),
    ("CLAIM", "who speaks to whom by the address"),
    ("PERIOD", "milliseconds from one to the next, smoothed; JITTER how it varies"),
  ]

  static func draw(on grid: inout Grid) {
    let all = 0..<grid.width
    var first = 0
    if grid.height > lines.count {
      grid.put("mi-bus monitor: keys", .bar, line: 0, columns: all)
      grid.tint(line: 0, .bar)
      first = 1
    }
    for (index, line) in lines.enumerated() {
      grid.put(line.key, .strong, line: first + index, columns: 0..<min(10, grid.width))
      grid.put(line.text, line: first + index, columns: min(11, grid.width)..<grid.width)
    }
  }
}
