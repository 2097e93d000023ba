public import NinebotBus

/// How long a byte can lie between the wire and a read: what the adapter and its driver do (protocol.md 5.6).
///
/// Every bound on a byte's time rests on these numbers, so they are upper bounds, and `basis` says where they are from.
public struct AdapterTiming: Hashable, Sendable {
  public enum Basis: Hashable, Sendable {
    /// The driver tells the chip's timer.
    case reported
    /// A property of the hardware, from its manual.
    case hardware
    /// Nothing is known of this adapter; a value on the safe side.
    case assumed
  }

  /// Nanoseconds after which the adapter hands over what it has.
  public var timer: Int64
  /// Data bytes in a full packet; 0 where the adapter makes none.
  public var packet: Int
  /// Full packets that one transfer to the host can gather.
  public var packets: Int
  /// Nanoseconds for the way into the host: 1 ms frames of full-speed USB.
  public var transfer: Int64
  /// Nanoseconds that the host may take to hand bytes on and to wake the reader.
  public var host: Int64
  public var basis: Basis

  public init(
    timer: Int64, packet: Int = 0, packets: Int = 1, transfer: Int64 = 0, host: Int64 = hostDelay, basis: Basis
  ) {
    self.timer = timer
    self.packet = packet
    self.packets = packets
    self.transfer = transfer
    self.host = host
    self.basis = basis
  }

  /// Interrupt, kernel thread and scheduler together on a machine that is not overloaded; assumed.
  public static let hostDelay: Int64 = 2_000_000
  /// What FTDI chips start with, and longer than what was measured of any other chip.
  public static let assumedTimer: Int64 = 16_000_000

  /// What is known of an adapter from its driver's name, the tty's name and the driver's `latency_timer` in ms.
  public static func of(
    driver: String?, name: String?, latencyTimer: Int?, isPseudoTerminal: Bool, baud: Baud
  ) -> AdapterTiming {
    if isPseudoTerminal { return AdapterTiming(timer: 0, basis: .hardware) }
    let bit = 1_000_000_000 / Int64(max(baud.rate, 1)) + 1
    if let latencyTimer, (0...255).contains(latencyTimer) {
      // 64-byte packets less 2 status bytes, and the driver asks for 512 bytes at once, which only a packet that is
      // not full ends early.
      return AdapterTiming(
        timer: Int64(max(latencyTimer, 1)) * 1_000_000, packet: 62, packets: 8, transfer: 1_000_000, basis: .reported)
    }
    if driver == "uart-pl011" || name?.hasPrefix("ttyAMA") == true {
      // Interrupt at 16 bytes in the FIFO, or 32 bit times after the last one (ARM DDI 0183).
      return AdapterTiming(timer: 16 * (10 + 32) * bit, basis: .hardware)
    }
    if driver == "serial8250" || name?.hasPrefix("ttyS") == true {
      // 16550A: interrupt at 14 bytes at most, or 4 byte times after the last one (TI PC16550D data sheet).
      return AdapterTiming(timer: 14 * (10 + 40) * bit, basis: .hardware)
    }
    return AdapterTiming(timer: assumedTimer, packet: 32, packets: 8, transfer: 1_000_000, basis: .assumed)
  }

  /// Whether packets can fill up before the timer ends them. Only then does a byte wait for more than one packet.
  func fillsPackets(at baud: Baud) -> Bool {
    packet > 0 && packets > 1 && baud.duration(bytes: packet) * 39 / 40 <= timer + transfer
  }

  /// The longest that a byte can have waited, in nanoseconds, when `later` bytes came after it in the same delivery
  /// of `count` bytes.
  ///
  /// Each packet ends at the latest `timer` after the one before it. A full packet does not end a transfer, so a byte
  /// in one also waits for those behind it.
  func wait(later: Int, of count: Int, at baud: Baud) -> Int64 {
    guard fillsPackets(at: baud), count >= packet else { return timer + transfer }
    return Int64(min(2 + later / packet, packets)) * timer + transfer
  }

  /// The longest that a byte can be on its way, the host included, in nanoseconds.
  func longest(at baud: Baud) -> Int64 {
    (fillsPackets(at: baud) ? Int64(packets) : 1) * timer + transfer + host
  }
}
