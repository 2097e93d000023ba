/// What the driver counted on a port since the machine started or the adapter was plugged in (TIOCGICOUNT).
///
/// The counters tell of losses that the byte stream cannot show. Drivers without them (pseudo terminals, some
/// adapters) give none at all, which is not the same as zero.
public struct LineCounters: Hashable, Sendable {
  /// Bytes received.
  public var received: Int
  /// Bytes whose stop bit was low.
  public var framing: Int
  /// Times that the receiver lost bytes because nobody fetched them.
  public var overrun: Int
  /// Bytes whose parity bit was wrong.
  public var parity: Int
  /// Breaks.
  public var breaks: Int
  /// Times that the kernel's buffer was full.
  public var bufferOverrun: Int

  public init(
    received: Int = 0, framing: Int = 0, overrun: Int = 0, parity: Int = 0, breaks: Int = 0, bufferOverrun: Int = 0
  ) {
    self.received = received
    self.framing = framing
    self.overrun = overrun
    self.parity = parity
    self.breaks = breaks
    self.bufferOverrun = bufferOverrun
  }

  /// For people: `1204 bytes, 3 framing errors, 1 overrun`; what did not happen is left out.
  public var words: String {
    func counted(_ count: Int, _ one: String, _ many: String) -> String { "\(count) \(count == 1 ? one : many)" }
    let faults = [
      (framing, "framing error", "framing errors"), (overrun, "overrun", "overruns"),
      (parity, "parity error", "parity errors"), (breaks, "break", "breaks"),
      (bufferOverrun, "overrun of the kernel's buffer", "overruns of the kernel's buffer"),
    ].filter { $0.0 != 0 }.map { counted($0.0, $0.1, $0.2) }
    return ([counted(received, "byte", "bytes")] + faults).joined(separator: ", ")
  }

  /// What happened since an earlier reading. The kernel counts in 32 bits, which may have wrapped in between.
  public func since(_ earlier: LineCounters) -> LineCounters {
    func difference(_ field: KeyPath<LineCounters, Int>) -> Int {
      Int(UInt32(truncatingIfNeeded: self[keyPath: field] &- earlier[keyPath: field]))
    }
    return LineCounters(
      received: difference(\.received), framing: difference(\.framing), overrun: difference(\.overrun),
      parity: difference(\.parity), breaks: difference(\.breaks), bufferOverrun: difference(\.bufferOverrun))
  }

  /// Two stretches of one capture, before and after a re-open.
  public static func + (a: LineCounters, b: LineCounters) -> LineCounters {
    LineCounters(
      received: a.received &+ b.received, framing: a.framing &+ b.framing, overrun: a.overrun &+ b.overrun,
      parity: a.parity &+ b.parity, breaks: a.breaks &+ b.breaks, bufferOverrun: a.bufferOverrun &+ b.bufferOverrun)
  }
}
