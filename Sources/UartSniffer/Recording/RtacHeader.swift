internal import NinebotBus

/// The 12 bytes before serial data of link type 250: time, event, control lines, footer, big-endian
/// (Wireshark's packet-rtacser.c). Stock Wireshark shows direction and line errors from it.
struct RtacHeader: Hashable {
  static let length = 12

  var direction: LineDirection
  var fault: LineFault

  /// The event numbers that say more than a direction.
  private enum Event {
    static let sent: UInt8 = 1
    static let received: UInt8 = 2
    static let sentEnd: UInt8 = 3
    static let dataLost: UInt8 = 5
    static let framing: UInt8 = 7
    static let parity: UInt8 = 8
    static let lineBreak: UInt8 = 9
    static let overflow: UInt8 = 10
  }

  init(direction: LineDirection, fault: LineFault) {
    self.direction = direction
    self.fault = fault
  }

  /// Reads a header; nil when the packet is shorter than one.
  init?(_ packet: Span<UInt8>) {
    guard packet.count >= RtacHeader.length else { return nil }
    let event = packet[8]
    direction = event == Event.sent || event == Event.sentEnd ? .sent : .seen
    fault =
      switch event {
      case Event.dataLost, Event.overflow: .overrun
      case Event.framing: .framing
      case Event.parity: .parity
      case Event.lineBreak: .lineBreak
      default: .none
      }
  }

  /// Puts the header for a packet at a Unix time into `bytes`.
  func write(time: Int64, to bytes: inout [UInt8]) {
    bytes.removeAll(keepingCapacity: true)
    let time = UInt64(max(0, time))
    let seconds = UInt32(truncatingIfNeeded: time / 1_000_000_000)
    let micros = UInt32(truncatingIfNeeded: time / 1000 % 1_000_000)
    for word in [seconds, micros] {
      withUnsafeBytes(of: word.bigEndian) { bytes.append(contentsOf: $0) }
    }
    let event =
      switch fault {
      case .none: direction == .sent ? Event.sent : Event.received
      case .framing: Event.framing
      case .parity: Event.parity
      case .lineBreak: Event.lineBreak
      case .overrun: Event.overflow
      }
    bytes.append(contentsOf: [event, 0, 0, 0])
  }
}

/// Whether this program only saw an event or put it on the wire itself.
public enum LineDirection: UInt8, Hashable, Sendable {
  case seen
  case sent
}
