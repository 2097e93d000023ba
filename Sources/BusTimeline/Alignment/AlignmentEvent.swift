public import NinebotBus

/// A message as clock alignment sees it: when it was, which way it went, and what it was, without its bytes.
///
/// The same message in two captures has the same `content`: a read that the BLE module rewrote from 01 to 61 counts as
/// the read that the phone wrote (protocol.md 6.9).
public struct AlignmentEvent: Hashable, Sendable {
  public enum Kind: UInt8, Hashable, Sendable {
    /// Away from the phone.
    case request
    /// Towards the phone.
    case reply
  }

  /// Not before; nanoseconds on the capture's absolute clock.
  public var earliest: Int64
  /// Hash of address, command, argument and payload; 0 where it cannot be read.
  public var content: UInt64
  /// Nanoseconds from `earliest` to the latest possible time.
  public var width: UInt32
  /// The frame's L, which is in clear where the rest is sealed; for a rewritten read that of the read.
  public var length: UInt8
  public var kind: Kind

  /// Not after; nanoseconds.
  @inlinable public var latest: Int64 { earliest &+ Int64(width) }

  /// A message of which only direction and L are known.
  public init(sealed length: UInt8, _ kind: Kind, at time: TimeBounds) {
    self.init(kind, content: 0, length: length, at: time)
  }

  /// A whole 55AA or 5AA5 frame; nil for one that never passes between phone and wire.
  ///
  /// A request is placed at its start, an answer at its end: what comes before must be complete before that, and what
  /// comes after needs the whole of it.
  public init?(_ bytes: Span<UInt8>, start: TimeBounds, end: TimeBounds) {
    guard let layout = FrameLayout(bytes) else { return nil }
    self.init(body: bytes.extracting(3..<layout.payload.upperBound), layout.format, start: start, end: end)
  }

  /// A message without what wraps it: from the address on, to the end of the payload.
  public init?(body: Span<UInt8>, _ format: WireFormat, start: TimeBounds, end: TimeBounds) {
    let header = format == .ninebot ? 4 : 3
    guard body.count >= header else { return nil }
    let payload = body.extracting(header...)
    if format == .ninebot {
      self.init(body[0], body[1], body[2], body[3], payload, start: start, end: end)
    } else {
      self.init(body[0], body[1], body[2], payload, start: start, end: end)
    }
  }

  /// A frame that is known in parts.
  public init?(_ frame: Frame, start: TimeBounds, end: TimeBounds) {
    switch frame.address {
    case .single(let address):
      self.init(address, frame.command, frame.argument, frame.payload.span, start: start, end: end)
    case .pair(let source, let destination):
      self.init(source, destination, frame.command, frame.argument, frame.payload.span, start: start, end: end)
    }
  }

  /// 55AA: 20 and 22 go away from the phone, 23 and 25 towards it; 21, 24 and the heartbeats stay on the wire
  /// (protocol.md 2.1, 3.1).
  private init?(
    _ address: UInt8, _ command: UInt8, _ argument: UInt8, _ payload: Span<UInt8>, start: TimeBounds, end: TimeBounds
  ) {
    switch address {
    case 0x20, 0x22:
      guard command != 0x64, command != 0x65 else { return nil }
      let isRead = (command == 0x01 || command == 0x61) && payload.count >= 1
      var hash = ContentHash(address, 0, isRead ? 0x01 : command, argument)
      if isRead { hash.add(payload[0]) } else { hash.add(payload) }
      self.init(
        .request, content: hash.value, length: isRead ? 3 : UInt8(truncatingIfNeeded: payload.count + 2), at: start)
    case 0x23, 0x25:
      var hash = ContentHash(address, 0, command, argument)
      hash.add(payload)
      self.init(.reply, content: hash.value, length: UInt8(truncatingIfNeeded: payload.count + 2), at: end)
    default: return nil
    }
  }

  /// 5AA5: the app's address is kept on the wire (protocol.md 2.3).
  private init?(
    _ source: UInt8, _ destination: UInt8, _ command: UInt8, _ argument: UInt8, _ payload: Span<UInt8>,
    start: TimeBounds, end: TimeBounds
  ) {
    let apps: ClosedRange<UInt8> = 0x3D...0x3F
    guard apps.contains(source) != apps.contains(destination) else { return nil }
    let kind = apps.contains(source) ? Kind.request : .reply
    var hash = ContentHash(source, destination, command, argument)
    hash.add(payload)
    self.init(
      kind, content: hash.value, length: UInt8(truncatingIfNeeded: payload.count), at: kind == .request ? start : end)
  }

  private init(_ kind: Kind, content: UInt64, length: UInt8, at time: TimeBounds) {
    earliest = time.earliest
    width = UInt32(clamping: time.latest &- time.earliest)
    self.content = content
    self.length = length
    self.kind = kind
  }

  /// What stands for the content: all of it, or what a sealed message shows.
  func key(sealed: Bool) -> UInt64 {
    sealed ? UInt64(length) << 1 | UInt64(kind.rawValue) | 1 << 63 : content
  }
}

/// FNV-1a with a last mixing step: short inputs, no adversary.
private struct ContentHash {
  private var state: UInt64 = 0xCBF2_9CE4_8422_2325

  init(_ first: UInt8, _ second: UInt8, _ command: UInt8, _ argument: UInt8) {
    add(first)
    add(second)
    add(command)
    add(argument)
  }

  mutating func add(_ byte: UInt8) { state = (state ^ UInt64(byte)) &* 0x100_0000_01B3 }

  mutating func add(_ bytes: Span<UInt8>) {
    for index in bytes.indices { add(bytes[index]) }
  }

  /// Never 0, which stands for unreadable.
  var value: UInt64 { (state ^ state >> 29) &* 0xBF58_476D_1CE4_E5B9 | 1 << 62 }
}
