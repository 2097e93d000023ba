public import NinebotBus

/// Undoes the marks that a tty with PARMRK puts into its bytes (termios(3)).
///
/// `FF FF` is the byte FF, `FF 00 x` the byte x with a bad stop or parity bit, and `FF 00 00` a break, or a byte 00
/// without stop bit, which a tty does not tell apart: the line was low for a whole byte. Reads may end anywhere.
public struct ParmrkParser: Hashable, Sendable {
  private enum State: Hashable { case plain, mark, fault }
  private var state = State.plain

  public init() {}

  /// Appends a byte and its fault for each byte that was on the line.
  public mutating func push(_ marked: some Sequence<UInt8>, bytes: inout [UInt8], faults: inout [LineFault]) {
    for byte in marked {
      switch (state, byte) {
      case (.plain, 0xFF):
        state = .mark
        continue
      case (.plain, _):
        bytes.append(byte)
        faults.append(.none)
      case (.mark, 0x00):
        state = .fault
        continue
      case (.mark, 0xFF):
        bytes.append(0xFF)
        faults.append(.none)
      case (.mark, _):
        // No tty does this: an FF that was not doubled. Both bytes were on the line, so both are kept.
        bytes.append(contentsOf: [0xFF, byte])
        faults.append(contentsOf: [.none, .none])
      case (.fault, _):
        bytes.append(byte)
        // Without parity a marked byte can only have a bad stop bit.
        faults.append(byte == 0 ? .lineBreak : .framing)
      }
      state = .plain
    }
  }

  /// Whether the stream stopped inside a mark. A port that goes away there takes the rest with it.
  public var isInsideMark: Bool { state != .plain }
}
