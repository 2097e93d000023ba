/// How a serial adapter turns bytes on a wire into packets in the host: one row of facts for each kind.
///
/// Sources: FTDI application note AN232B-04 and protocol.md 5.6; the Linux drivers `ftdi_sio`, `cp210x`, `ch341` and
/// `amba-pl011` for packet sizes and for what becomes of faulty bytes. What no source tells is marked as assumed.
public struct AdapterModel: Hashable, Sendable {
  /// When the chip hands over what it has, besides when a packet is full.
  public enum Flush: Hashable, Sendable {
    /// When the timer runs out, nanoseconds; each packet restarts it, empty ones included.
    case latencyTimer(Int64)
    /// At each USB frame.
    case usbFrame
    /// When the line was idle for so many bit times.
    case idle(bits: Int64)
  }

  /// What the host learns of a faulty byte.
  public enum FaultMarking: Hashable, Sendable {
    case none
    case eachByte
    /// One status for a packet: all its bytes get the fault.
    case wholePacket
  }

  /// As on the command line.
  public var name: String
  /// Data bytes that fill a packet.
  public var packetBytes: Int
  public var flush: Flush
  /// Nanoseconds between two chances to hand over; 0: none to wait for.
  public var frame: Int64
  /// Nanoseconds until the host's driver has the packet; assumed.
  public var hostDelay: ClosedRange<Int64>
  public var faults: FaultMarking
  /// The Linux driver's name.
  public var driver: String

  public init(
    name: String, driver: String, packetBytes: Int, flush: Flush, frame: Int64, hostDelay: ClosedRange<Int64>,
    faults: FaultMarking
  ) {
    self.name = name
    self.driver = driver
    self.packetBytes = packetBytes
    self.flush = flush
    self.frame = frame
    self.hostDelay = hostDelay
    self.faults = faults
  }

  /// FT232 with its default latency timer.
  public static let ftdi16ms = AdapterModel(
    name: "ftdi-16ms", driver: "ftdi_sio", packetBytes: 62, flush: .latencyTimer(16_000_000), frame: 1_000_000,
    hostDelay: 20_000...150_000,
    faults: .wholePacket)
  /// FT232 with the latency timer at its least.
  public static let ftdi1ms = AdapterModel(
    name: "ftdi-1ms", driver: "ftdi_sio", packetBytes: 62, flush: .latencyTimer(1_000_000), frame: 1_000_000,
    hostDelay: 20_000...150_000,
    faults: .wholePacket)
  /// CP210x: full-speed bulk packets of 64 bytes; that each USB frame takes what is there is assumed. Its driver marks
  /// faulty bytes one by one when input checking is on.
  public static let cp210x = AdapterModel(
    name: "cp210x", driver: "cp210x", packetBytes: 64, flush: .usbFrame, frame: 1_000_000, hostDelay: 20_000...150_000,
    faults: .eachByte)
  /// CH340: packets of 32 bytes; that each USB frame takes what is there is assumed. Its driver marks no bytes.
  public static let ch340 = AdapterModel(
    name: "ch340", driver: "ch341-uart", packetBytes: 32, flush: .usbFrame, frame: 1_000_000,
    hostDelay: 20_000...150_000, faults: .none)
  /// The PL011 of a Raspberry Pi: interrupt at half of its 16 bytes, or 32 bit times after the last one.
  public static let pl011 = AdapterModel(
    name: "pl011", driver: "uart-pl011", packetBytes: 8, flush: .idle(bits: 32), frame: 0, hostDelay: 5_000...60_000,
    faults: .eachByte)

  public static let all = [ftdi16ms, ftdi1ms, cp210x, ch340, pl011]
}
