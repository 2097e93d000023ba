/// Cells and rows of the tables.
enum Text {
  static func row(_ texts: [String], _ widths: [Int]) -> String {
    zip(texts, widths).map { pad($0, $1) }.joined(separator: " ")
  }

  static func pad(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }

  /// Cut, not rounded: 99.9996 is not 100.
  static func percent(_ part: Int, _ whole: Int) -> String {
    guard whole > 0 else { return "-" }
    return thousandths(part * 100_000 / whole, 3)
  }

  /// A number of so many decimals, rounded.
  static func decimal(_ value: Double, _ decimals: Int) -> String {
    var scale = 1.0
    for _ in 0..<decimals { scale *= 10 }
    guard abs(value) * scale < 1e15 else { return "-" }
    let text = thousandths(Int((abs(value) * scale).rounded()), decimals)
    return value < 0 ? "-" + text : text
  }

  private static func thousandths(_ value: Int, _ decimals: Int) -> String {
    let digits = "\(value)"
    guard decimals > 0 else { return digits }
    let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
    return "\(padded.dropLast(decimals)).\(padded.suffix(decimals))"
  }
}
