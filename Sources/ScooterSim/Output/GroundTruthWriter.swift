/// Writes what really happened as JSON Lines: one object for each transmission, keys as in the tool's own output
/// (`t` and `dur` in seconds, `hex`, `sender`, `cause`), with `line` and `collided`.
public struct GroundTruthWriter: Sendable {
  /// Text not yet taken, ASCII.
  public private(set) var text: [UInt8] = []

  public init() {}

  /// Adds a transmission; other occurrences are ignored.
  public mutating func push(_ occurrence: Occurrence) {
    guard case .transmission(let transmission) = occurrence else { return }
    let truth = transmission.truth
    put("{\"kind\":\"truth\",\"t\":\(Self.seconds(truth.start)),\"dur\":\(Self.seconds(truth.end - truth.start))")
    put(",\"line\":\"\(transmission.line.name)\",\"hex\":\"")
    for byte in truth.frame {
      text.append(Self.digits[Int(byte >> 4)])
      text.append(Self.digits[Int(byte & 15)])
    }
    put("\",\"sender\":\"\(truth.sender)\",\"cause\":\"\(truth.cause)\",\"collided\":\(truth.collided)}\n")
  }

  /// Hands out the text so far and forgets it.
  public mutating func takeText() -> [UInt8] {
    defer { text.removeAll(keepingCapacity: true) }
    return text
  }

  private static func seconds(_ nanoseconds: Int64) -> String {
    let fraction = String(nanoseconds % 1_000_000_000)
    return "\(nanoseconds / 1_000_000_000)." + String(repeating: "0", count: 9 - fraction.count) + fraction
  }

  private mutating func put(_ string: String) { text.append(contentsOf: string.utf8) }

  private static let digits = Array("0123456789abcdef".utf8)
}
