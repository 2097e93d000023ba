/// Writes what really happened as JSON Lines: one object for each transmission, keys as in the tool's own output
/// (`t` and `dur` in seconds, `hex`, `sender`, `cause`), with `line` and `collided`; where it is asked for, also one for
/// each message between phone and BLE module (`kind` is `radio`), in clear, with `direction` and `solicited`.
public struct GroundTruthWriter: Sendable {
  /// Text not yet taken, ASCII.
  public private(set) var text: [UInt8] = []

  private let hasRadio: Bool

  /// - Parameter hasRadio: whether messages over the air are written, too.
  public init(hasRadio: Bool = false) { self.hasRadio = hasRadio }

  /// Adds a transmission, or a message; other occurrences are ignored.
  public mutating func push(_ occurrence: Occurrence) {
    switch occurrence {
    case .transmission(let transmission): put(transmission)
    case .radio(let frame): if hasRadio { put(frame) }
    case .noise: break
    }
  }

  private mutating func put(_ frame: RadioFrame) {
    let direction = frame.direction == .toScooter ? "to-scooter" : "to-phone"
    put("{\"kind\":\"radio\",\"t\":\(Self.seconds(frame.time)),\"direction\":\"\(direction)\",\"hex\":\"")
    put(hex: frame.frame)
    put("\",\"solicited\":\(frame.solicited)}\n")
  }

  private mutating func put(_ transmission: Transmission) {
    let truth = transmission.truth
    put("{\"kind\":\"truth\",\"t\":\(Self.seconds(truth.start)),\"dur\":\(Self.seconds(truth.end - truth.start))")
    put(",\"line\":\"\(transmission.line.name)\",\"hex\":\"")
    put(hex: truth.frame)
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

  private mutating func put(hex bytes: [UInt8]) {
    for byte in bytes {
      text.append(Self.digits[Int(byte >> 4)])
      text.append(Self.digits[Int(byte & 15)])
    }
  }

  private mutating func put(_ string: String) { text.append(contentsOf: string.utf8) }

  private static let digits = Array("0123456789abcdef".utf8)
}
