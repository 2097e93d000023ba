import BusTimeline
import NinebotBus

extension Monitor {
  /// The screen at a size. Sizes down to one cell are drawn; nothing is drawn outside.
  public mutating func draw(width: Int, height: Int) -> Grid {
    var grid = Grid(width: width, height: height)
    if mode == .help {
      HelpPage.draw(on: &grid)
      return grid
    }
    let board = board
    let rows = shown(of: board)
    let areas = Areas(height: grid.height, hasNote: note != nil, hasDetail: rows.contains { $0.key == selected })
    header(board, areas, &grid)
    table(rows, board, areas, &grid)
    if let detail = areas.detail, let row = rows.first(where: { $0.key == selected }) {
      DetailPane(profile: profile).draw(
        row, tap: tapName(row.key.tap), marks: marks(of: row, at: board.now), isBinary: isBinary, lines: detail,
        on: &grid)
    }
    if let line = areas.bar { bar(rows.count, board, line, &grid) }
    return grid
  }

  // MARK: - Header

  private func header(_ board: TrafficBoard, _ areas: Areas, _ grid: inout Grid) {
    let all = 0..<grid.width
    let ink: Ink = board.injectors.isEmpty ? .plain : .dash
    // One line only: the verdict is what counts.
    guard let title = areas.title else { return grid.put(board.verdict, ink, line: 0, columns: all) }
    let figures = figures(board)
    var end = grid.width
    if figures.unicodeScalars.count + 12 <= grid.width {
      end -= figures.unicodeScalars.count
      grid.put(figures, .strong, line: title, columns: end..<grid.width)
      end -= 2
    }
    grid.put(grid.width >= 72 ? "mi-bus monitor  \(source)" : source, .strong, line: title, columns: 0..<end)
    end = grid.width
    if isPaused, end >= 20 {
      grid.put("PAUSED", .alarm, line: areas.verdict, columns: (end - 6)..<end)
      end -= 8
    }
    grid.put(board.verdict, ink, line: areas.verdict, columns: 0..<end)
    if let line = areas.note, let note { grid.put(note, .alarm, line: line, columns: all) }
  }

  /// `0:12.3  load 34.1%  212 frames/s`.
  private func figures(_ board: TrafficBoard) -> String {
    let loads = max(1, tapNames.count)
    let load = (0..<min(loads, 4)).map { board.load(of: $0).map { "\(Figures.fixed($0 * 100, decimals: 0))%" } ?? "-" }
    let rate = board.framesPerSecond.map { Figures.fixed($0, decimals: 0) } ?? "-"
    return "\(Figures.clock(board.now))  load \(load.joined(separator: "/"))  \(rate) frames/s"
  }

  // MARK: - Rows

  private mutating func table(_ rows: [MessageRow], _ board: TrafficBoard, _ areas: Areas, _ grid: inout Grid) {
    let tapWidth = tapNames.count > 1 ? tapNames.map(\.unicodeScalars.count).max() ?? 0 : 0
    let columns = Columns(width: grid.width, tapWidth: tapWidth)
    if let line = areas.columnNames { names(columns, line, &grid) }
    page = areas.rows.count
    scroll(to: rows.firstIndex { $0.key == selected }, of: rows.count)
    let text = RowText(profile: profile)
    for (line, row) in zip(areas.rows, rows.dropFirst(top)) {
      draw(row, text, columns, at: board.now, line, &grid)
      if row.key == selected { grid.select(line: line) }
    }
    if rows.isEmpty, let line = areas.rows.first, !board.rows.isEmpty {
      grid.put("no row matches the filter", .faint, line: line, columns: 0..<grid.width)
    }
  }

  /// Keeps the cursor on the screen, and the screen full.
  private mutating func scroll(to cursor: Int?, of count: Int) {
    if let cursor {
      if cursor < top { top = cursor }
      if page > 0, cursor >= top + page { top = cursor - page + 1 }
    } else {
      top = 0
    }
    top = min(max(0, top), max(0, count - page))
  }

  private func names(_ columns: Columns, _ line: Int, _ grid: inout Grid) {
    func right(_ text: String, _ range: Range<Int>?) {
      if let range { grid.put(text, .bar, line: line, endingAt: range.upperBound, after: range.lowerBound) }
    }
    right("COUNT", columns.count)
    right("PERIOD", columns.period)
    right("JITTER", columns.jitter)
    if let tap = columns.tap { grid.put("TAP", .bar, line: line, columns: tap) }
    grid.put("SENDER", .bar, line: line, columns: columns.sender)
    if let claim = columns.claim { grid.put("CLAIM", .bar, line: line, columns: claim) }
    grid.put("MESSAGE", .bar, line: line, columns: columns.message)
    let title = ["DATA AND VALUES", "DATA"].first {
      $0.count <= columns.data.count && (columns.values == nil || $0 == "DATA")
    }
    if let title { grid.put(title, .bar, line: line, columns: columns.data) }
    if let values = columns.values { grid.put("VALUES", .bar, line: line, columns: values) }
    grid.tint(line: line, .bar)
  }

  private func draw(
    _ row: MessageRow, _ text: RowText, _ columns: Columns, at now: Int64, _ line: Int, _ grid: inout Grid
  ) {
    let marks = marks(of: row, at: now)
    func right(_ text: String, _ range: Range<Int>?) {
      if let range { grid.put(text, .plain, line: line, endingAt: range.upperBound, after: range.lowerBound) }
    }
    right(Figures.count(row.count), columns.count)
    right(Figures.interval(row.rhythm.period), columns.period)
    right(Figures.interval(row.rhythm.jitter), columns.jitter)
    if let tap = columns.tap { grid.put(tapName(row.key.tap), line: line, columns: tap) }
    grid.put([text.sender(row)], line: line, columns: columns.sender)
    if let claim = columns.claim { grid.put(text.claim(row), line: line, columns: claim) }
    var message = text.message(row, isShort: columns.message.count < 20)
    if row.key.isInjected { message.ink = .dash }
    grid.put([message], line: line, columns: columns.message)
    let data = text.data(row, marks: marks, binary: isBinary)
    let values = text.values(row, marks: marks).flatMap { [Run(" "), $0] }
    if let column = columns.values {
      grid.put(data, line: line, columns: columns.data)
      grid.put(Array(values.dropFirst()), line: line, columns: column)
    } else {
      grid.put(data.isEmpty ? Array(values.dropFirst()) : data + values, line: line, columns: columns.data)
    }
    if row.isStale(at: now) { grid.tint(line: line, .faint) }
  }

  // MARK: - Bar of keys

  private func bar(_ shown: Int, _ board: TrafficBoard, _ line: Int, _ grid: inout Grid) {
    let all = 0..<grid.width
    if case .filter = mode {
      grid.put("filter: \(filter.text)_", .strong, line: line, columns: all)
      return
    }
    var state = "sort:\(order.name)"
    if !filter.isEmpty { state += "  filter:\(filter.text)" }
    state += filter.isEmpty ? "  " : "  \(shown) of "
    state += "\(board.rows.count) rows"
    if board.unlisted > 0 { state += ", \(board.unlisted) not listed" }
    if !notches.isEmpty { state += "  notched" }
    let keys = "q quit  SPACE pause  c clear  s sort  f filter  # notch  b bits  ? help"
    let short = "q quit  ? help"
    let text = [keys, short].first { $0.count + state.unicodeScalars.count + 2 <= grid.width }
    if let text { grid.put(text, .bar, line: line, columns: all) }
    grid.put(
      state, .bar, line: line,
      columns: max(text.map { $0.count + 2 } ?? 0, grid.width - state.unicodeScalars.count)..<grid.width)
    grid.tint(line: line, .bar)
  }
}

/// Which lines of the screen are for what. A low screen gives up lines, the least useful first.
struct Areas: Hashable {
  var title: Int?
  var verdict = 0
  var note: Int?
  var columnNames: Int?
  var rows: Range<Int>
  var detail: Range<Int>?
  var bar: Int?

  /// Lines of the pane on the selected row, with the line above it.
  private static let detailHeight = 6

  init(height: Int, hasNote: Bool, hasDetail: Bool) {
    var next = 0
    var end = height
    if height >= 4 {
      title = 0
      next = 1
    }
    verdict = next
    next += 1
    if hasNote, height >= 5 {
      note = next
      next += 1
    }
    if height >= 6 {
      columnNames = next
      next += 1
    }
    if height >= 3 {
      end -= 1
      bar = end
    }
    if hasDetail, height >= 16 {
      end -= Self.detailHeight
      detail = end..<(end + Self.detailHeight)
    }
    rows = min(next, end)..<max(next, end)
  }
}
