/// What a message's counter says about the messages before it.
public enum CounterStep: Hashable, Sendable {
  /// The first of its direction, or the next in order.
  case inOrder
  /// So many messages are missing before it.
  case gap(missing: UInt32)
  /// The same number again.
  case repeated
  /// A smaller number: sent again, overtaken, or counted from the start anew.
  case backward
  /// Zero after zero: this sender does not count (protocol.md 1.5).
  case uncounted
}

/// Follows one direction's counter, of which the air shows the low 16 bits only (protocol.md 1.5).
public struct CounterTracker: Hashable, Sendable {
  /// The last counter that was believed, all 32 bits.
  public private(set) var last: UInt32?
  /// Messages missing by count.
  public private(set) var missing: UInt64 = 0
  /// Messages whose number came before.
  public private(set) var repeats: UInt64 = 0
  public private(set) var first: UInt32?

  public init() {}

  /// The likeliest whole counter of a message: what no tag contradicts is taken.
  @inline(__always)
  public func likeliest(_ wire: UInt16) -> UInt32 {
    guard let last else { return UInt32(wire) }
    let low = UInt16(truncatingIfNeeded: last)
    // Behind the last one by a lot: it went over the end; by a little: it came late.
    let wrapped = wire < low && low - wire > 0x8000
    return (wrapped ? last.addingReportingOverflow(0x1_0000).partialValue : last) & 0xFFFF_0000 | UInt32(wire)
  }

  /// All that the whole counter can be, likeliest first: what scooters do after 65 535 is not known.
  public func candidates(_ wire: UInt16) -> [UInt32] {
    var found = [likeliest(wire)]
    let upper = (last ?? 0) & 0xFFFF_0000
    for value in [upper, upper &+ 0x1_0000, 0].map({ $0 | UInt32(wire) }) where !found.contains(value) {
      found.append(value)
    }
    return found
  }

  /// Takes a counter that is believed.
  public mutating func accept(_ counter: UInt32) -> CounterStep {
    guard let last else {
      self.last = counter
      first = counter
      return .inOrder
    }
    if counter == last {
      if counter == 0 { return .uncounted }
      repeats += 1
      return .repeated
    }
    self.last = counter
    // A sender that keeps 16 bits only starts again at 0.
    if last == 0xFFFF, counter == 0 { return .inOrder }
    guard counter > last else {
      repeats += 1
      return .backward
    }
    let skipped = counter - last - 1
    if skipped == 0 { return .inOrder }
    missing += UInt64(skipped)
    return .gap(missing: skipped)
  }
}
