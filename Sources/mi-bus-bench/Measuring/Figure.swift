import Foundation

/// One line of the report.
struct Figure: Sendable {
  /// What must be reached.
  enum Target: Sendable {
    case atLeast(Double)
    case atMost(Double)

    func isMet(by value: Double) -> Bool {
      switch self {
      case .atLeast(let bound): value >= bound
      case .atMost(let bound): value <= bound
      }
    }
  }

  /// What was done.
  var name: String
  var value: Double
  /// `frames/s`, `MiB`, `ms`.
  var unit: String
  var target: Target?
  /// Bytes a second that went in, and those of a bare scan of the same bytes; 0 where nothing is scanned.
  var bytesPerSecond: Double = 0
  var bareBytesPerSecond: Double = 0
  /// Least share of the bare scan's speed; nil where none is asked for.
  var leastShare: Double?

  /// Share of the bare scan's speed; nil where nothing is scanned.
  var share: Double? { bareBytesPerSecond > 0 ? bytesPerSecond / bareBytesPerSecond : nil }

  /// Whether all that is asked for is reached; nil where nothing is.
  var passes: Bool? {
    guard target != nil || leastShare != nil else { return nil }
    return (target?.isMet(by: value) ?? true) && (leastShare.map { (share ?? 0) >= $0 } ?? true)
  }
}

/// Writes figures as an aligned table.
struct Report {
  private static let header = ["what", "median", "target", "MB/s", "bare scan MB/s", "share", "verdict"]
  private static let widths = [50, 20, 20, 9, 15, 7, 7]

  static func printHeader() { print(line(header)) }

  static func print(_ figure: Figure) {
    let target: String =
      switch figure.target {
      case .atLeast(let bound): ">= " + number(bound, figure.unit)
      case .atMost(let bound): "<= " + number(bound, figure.unit)
      case nil: ""
      }
    let share = figure.share.map { String(format: "%.0f %%", $0 * 100) } ?? ""
    let least = figure.leastShare.map { String(format: " (>= %.0f %%)", $0 * 100) } ?? ""
    print(
      line([
        figure.name, number(figure.value, figure.unit), target + least, speed(figure.bytesPerSecond),
        speed(figure.bareBytesPerSecond), share, figure.passes.map { $0 ? "pass" : "FAIL" } ?? "",
      ]))
  }

  /// Says that something was not measured, and why.
  static func printSkipped(_ name: String, _ reason: String) { print(line([name, "skipped: " + reason])) }

  private static func print(_ text: String) {
    Swift.print(text)
    fflush(nil)
  }

  private static func line(_ cells: [String]) -> String {
    zip(cells, widths).map { $0.padding(toLength: max($1, $0.count), withPad: " ", startingAt: 0) }
      .joined(separator: "  ")
  }

  private static func number(_ value: Double, _ unit: String) -> String {
    switch value {
    case 1e6...: String(format: "%.2f M ", value / 1e6) + unit
    case 1e4...: String(format: "%.0f k ", value / 1e3) + unit
    default: String(format: "%.2f ", value) + unit
    }
  }

  private static func speed(_ bytes: Double) -> String { bytes > 0 ? String(format: "%.0f", bytes / 1e6) : "" }
}
