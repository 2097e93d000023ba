public import BusTimeline
public import NinebotBus

/// The state of the monitor: the board, and what the person chose to see of it. A plain value: events, time and keys
/// go in, a grid of cells comes out (`draw`).
public struct Monitor: Sendable, AttributedEventSink {
  /// What the keyboard is for at the moment.
  enum Mode: Hashable, Sendable {
    case rows
    case help
    /// Writing a filter; the one before it comes back on Escape.
    case filter(before: RowFilter)
  }

  let profile: Profile
  let source: String
  private(set) var tapNames: [String] = []
  private(set) var live = TrafficBoard()
  /// What the screen shows while it is paused.
  private(set) var frozen: TrafficBoard?
  private(set) var mode = Mode.rows
  private(set) var filter = RowFilter()
  private(set) var order = RowOrder.kind
  private(set) var isBinary = false
  private(set) var showsChanges = true
  /// Bits that are not marked any more, by row.
  private(set) var notches: [MessageKey: [UInt8]] = [:]
  /// The row under the cursor.
  var selected: MessageKey?
  /// First row on the screen, and how many there are room for, as of the last drawing.
  var top = 0
  var page = 1
  /// What happened to the source; stays until Escape.
  public private(set) var note: String?
  /// Whether the person has had enough.
  public private(set) var isOver = false

  /// - Parameters:
  ///   - profile: what the bytes mean.
  ///   - source: what is watched, for the header.
  public init(profile: Profile, source: String) {
    self.profile = profile
    self.source = source
  }

  /// What the screen shows.
  var board: TrafficBoard { frozen ?? live }

  public var isPaused: Bool { frozen != nil }

  /// Names the taps; the list only grows.
  public mutating func name(taps: [String]) { tapNames = taps }

  public mutating func take(_ event: AttributedEvent, bytes: Span<UInt8>) { live.take(event, bytes: bytes) }

  /// Says that the bus is known up to `time`, in nanoseconds.
  public mutating func advance(to time: Int64) { live.advance(to: time) }

  /// Shows a line about the source, such as a port that is gone; nil takes it away.
  public mutating func tell(_ text: String?) { note = text }

  // MARK: - Keys

  public mutating func press(_ key: Key) {
    switch mode {
    case .help: if key == .character("q") { isOver = true } else { mode = .rows }
    case .filter(let before): edit(key, before)
    case .rows: command(key)
    }
  }

  private mutating func command(_ key: Key) {
    switch key {
    case .character(let letter): command(letter)
    case .up: move(by: -1)
    case .down: move(by: 1)
    case .pageUp: move(by: -max(1, page))
    case .pageDown: move(by: max(1, page))
    case .home: move(by: -.max / 2)
    case .end: move(by: .max / 2)
    case .escape:
      selected = nil
      note = nil
    case .enter, .backspace: break
    }
  }

  private mutating func command(_ letter: Unicode.Scalar) {
    switch letter {
    case "q", "Q": isOver = true
    case " ", "p": frozen = isPaused ? nil : live
    case "c": clear()
    case "s": order = order.next
    case "f", "/": mode = .filter(before: filter)
    case "b": isBinary.toggle()
    case "h": showsChanges.toggle()
    case "#": notch()
    case "*": notches = [:]
    case "?": mode = .help
    default: break
    }
  }

  private mutating func edit(_ key: Key, _ before: RowFilter) {
    switch key {
    case .enter: mode = .rows
    case .escape:
      filter = before
      mode = .rows
    case .backspace: if filter.text.isEmpty { mode = .rows } else { filter.text.unicodeScalars.removeLast() }
    case .character(let letter):
      if letter.value >= 0x20, letter.value != 0x7F, filter.text.unicodeScalars.count < RowFilter.mostCharacters {
        filter.text.unicodeScalars.append(letter)
      }
    default: break
    }
  }

  /// Starts all rows and figures anew.
  private mutating func clear() {
    let now = live.now
    live = TrafficBoard()
    live.advance(to: now)
    if isPaused { frozen = live }
    notches = [:]
    (selected, top) = (nil, 0)
  }

  /// No longer marks what is marked now, in every row that is shown.
  private mutating func notch() {
    let board = board
    for row in shown(of: board) {
      let marks = marks(of: row, at: board.now)
      guard marks.contains(where: { $0 != 0 }) else { continue }
      var mask = notches[row.key] ?? []
      mask += [UInt8](repeating: 0, count: max(0, marks.count - mask.count))
      for index in marks.indices { mask[index] |= marks[index] }
      notches[row.key] = mask
    }
  }

  private mutating func move(by step: Int) {
    let rows = shown(of: board)
    guard !rows.isEmpty else { return }
    guard let index = rows.firstIndex(where: { $0.key == selected }) else {
      selected = step < 0 ? rows[rows.count - 1].key : rows[0].key
      return
    }
    selected = rows[min(max(index + step, 0), rows.count - 1)].key
  }

  // MARK: - What is shown

  /// The rows that pass the filter, sorted.
  func shown(of board: TrafficBoard) -> [MessageRow] {
    let text = RowText(profile: profile)
    return board.rows.filter { filter.isEmpty || filter.shows(text.all($0, tap: tapName($0.key.tap))) }
      .sorted(by: order.precedes)
  }

  /// Changed bits of each byte, without those that were notched.
  func marks(of row: MessageRow, at now: Int64) -> [UInt8] {
    guard showsChanges else { return [] }
    let mask = notches[row.key] ?? []
    return row.bytes.indices.map { row.changes.marked($0, at: now) & ~($0 < mask.count ? mask[$0] : 0) }
  }

  func tapName(_ index: Int) -> String { index < tapNames.count ? tapNames[index] : "bus\(index)" }
}
