/// Follows a NinebotCrypto session that others hold (protocol.md 1.6, 6.7): all keys but the first are in the
/// messages, and the first is made from the scooter's name.
struct NinebotSession: Sendable {
  /// Names the scooter may have, from options, advertisements and its name characteristic.
  private(set) var names: [[UInt8]] = []
  private static let mostNames = 16

  private var first: [NinebotCipher] = []
  private var middle: [NinebotCipher] = []
  private var last: NinebotCipher?
  /// The name that opened something.
  private var name: [UInt8]?
  private var bleKey: [UInt8]?
  private var appKey: [UInt8]?
  /// Both sides count together.
  private(set) var counter = CounterTracker()
  /// Whether any message was opened: then a failure means a changed message, not a missing key.
  private(set) var opened = false

  mutating func add(name: [UInt8]) {
    guard !name.isEmpty, !names.contains(name), names.count < Self.mostNames,
      let cipher = try? NinebotCipher.stage0(name: name)
    else { return }
    names.append(name)
    first.append(cipher)
  }

  /// Whether the handshake was seen to its end.
  var isComplete: Bool { last != nil }

  /// The body of a frame, or nil when no key fits. Learns from the handshake.
  mutating func open(_ frame: [UInt8]) -> (body: [UInt8], counter: UInt32)? {
    guard frame.count >= 13 else { return nil }
    let wire = UInt16(frame[frame.count - 2]) << 8 | UInt16(frame[frame.count - 1])
    let candidates = wire == 0 ? [0] + counter.candidates(0).filter { $0 != 0 } : counter.candidates(wire)
    for value in candidates {
      if let last, let body = last.open(frame, counter: value) { return took(body, value) }
      for cipher in middle {
        if let body = cipher.open(frame, counter: value) { return took(body, value) }
      }
      guard value == 0 else { continue }
      for (index, cipher) in first.enumerated() {
        guard let body = cipher.open(frame, counter: 0) else { continue }
        name = names[index]
        return took(body, 0)
      }
    }
    return nil
  }

  private mutating func took(_ body: [UInt8], _ value: UInt32) -> (body: [UInt8], counter: UInt32) {
    opened = true
    guard body.count >= 4 else { return (body, value) }
    switch (body[2], body[0]) {
    case (0x5B, 0x21) where body.count >= 20:
      let key = Array(body[4..<20])
      bleKey = key
      last = nil
      counter = CounterTracker()
      if let name { middle = [try? NinebotCipher.stage1(name: name, bleKey: key)].compactMap { $0 } }
    case (0x5C, 0x21):
      if body[3] == 1, let appKey, let bleKey { last = try? .stage2(appKey: appKey, bleKey: bleKey) }
    case (0x5C, _) where body.count >= 20: appKey = Array(body[4..<20])
    default: break
    }
    return (body, value)
  }

  mutating func accept(_ value: UInt32) -> CounterStep { value == 0 ? .inOrder : counter.accept(value) }
}
