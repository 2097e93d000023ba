/// What a cell's text is; the terminal's edge knows what that looks like.
public enum Ink: UInt8, Hashable, Sendable, CaseIterable {
  case plain
  /// Title and figures of the header.
  case strong
  /// Names of columns, bar of keys.
  case bar
  /// What is old or beside the point.
  case faint
  /// Damage, and what the person must know.
  case alarm
  /// Bits that changed a moment ago.
  case changed
  case esc
  case ble
  case bms
  /// A device that injects.
  case dash
}

/// One character of the screen.
public struct Cell: Hashable, Sendable {
  public var scalar: Unicode.Scalar
  public var ink: Ink
  /// Whether it belongs to the selected row.
  public var isSelected: Bool

  public init(_ scalar: Unicode.Scalar = " ", _ ink: Ink = .plain, isSelected: Bool = false) {
    self.scalar = scalar
    self.ink = ink
    self.isSelected = isSelected
  }
}

/// A piece of text in one ink.
public struct Run: Hashable, Sendable {
  public var text: String
  public var ink: Ink

  public init(_ text: String, _ ink: Ink = .plain) {
    self.text = text
    self.ink = ink
  }
}

/// A screen full of cells. Writing outside of it does nothing.
public struct Grid: Hashable, Sendable {
  public let width: Int
  public let height: Int
  /// Row by row.
  public private(set) var cells: [Cell]

  /// Sizes are held between 1 and 1000.
  public init(width: Int, height: Int) {
    self.width = min(max(width, 1), 1000)
    self.height = min(max(height, 1), 1000)
    cells = [Cell](repeating: Cell(), count: self.width * self.height)
  }

  /// The cells of a line.
  public subscript(line: Int) -> ArraySlice<Cell> { cells[(line * width)..<((line + 1) * width)] }

  /// Writes runs one after the other into columns `range` of a line. What does not fit is cut off, and a faint `>`
  /// says so.
  public mutating func put(_ runs: [Run], line: Int, columns range: Range<Int>) {
    let range = range.clamped(to: 0..<width)
    guard (0..<height).contains(line), !range.isEmpty else { return }
    var column = range.lowerBound
    for run in runs {
      for scalar in run.text.unicodeScalars {
        guard column < range.upperBound else {
          cells[line * width + range.upperBound - 1] = Cell(">", .faint)
          return
        }
        cells[line * width + column] = Cell(Self.printable(scalar), run.ink)
        column += 1
      }
    }
  }

  public mutating func put(_ text: String, _ ink: Ink = .plain, line: Int, columns range: Range<Int>) {
    put([Run(text, ink)], line: line, columns: range)
  }

  /// Writes text that ends at column `end`, if it fits behind column `start`.
  public mutating func put(_ text: String, _ ink: Ink, line: Int, endingAt end: Int, after start: Int) {
    let begin = end - text.unicodeScalars.count
    if begin >= start { put(text, ink, line: line, columns: begin..<end) }
  }

  /// Gives a whole line an ink, text or not.
  public mutating func tint(line: Int, _ ink: Ink) {
    guard (0..<height).contains(line) else { return }
    for index in (line * width)..<((line + 1) * width) { cells[index].ink = ink }
  }

  /// Marks a line as selected.
  public mutating func select(line: Int) {
    guard (0..<height).contains(line) else { return }
    for index in (line * width)..<((line + 1) * width) { cells[index].isSelected = true }
  }

  /// What takes one column everywhere; a name with other characters keeps its length and loses them.
  static func printable(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
    switch scalar.value {
    case 0x20...0x7E, 0xA1...0xAC, 0xAE...0x2FF, 0x370...0x482, 0x48A...0x52F: scalar
    default: "?"
    }
  }
}
