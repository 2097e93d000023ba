public import CaptureFiles
internal import CBluez
internal import Glibc

/// What the Linux kernel shows of a Bluetooth adapter while it works, as a btsnoop stream: a live capture takes the very
/// same way as a recorded one.
///
/// For a scooter client that runs on this machine. Listening only; the monitor channel cannot send. A signal ends the
/// stream.
public struct MonitorStream: ByteStream {
  /// Closes its socket at the end of its life.
  private final class Socket: Sendable {
    let descriptor: Int32
    init(_ descriptor: Int32) { self.descriptor = descriptor }
    deinit { close(descriptor) }
  }

  public let name: String
  private let socket: Socket
  /// Number of the adapter: packets of others are left out.
  private let adapter: UInt16
  private var wroteHeader = false

  /// Listens to `hci0`, `hci1`…; nil for names of another kind.
  public static func adapter(named name: String) -> UInt16? {
    guard name.hasPrefix("hci"), name.count <= 6 else { return nil }
    return UInt16(name.dropFirst(3))
  }

  /// Opens the monitor channel; the error says which right is missing.
  public init(adapter: UInt16) throws(InputError) {
    name = "hci\(adapter)"
    self.adapter = adapter
    let descriptor = Glibc.socket(AF_BLUETOOTH, Int32(SOCK_RAW.rawValue | SOCK_CLOEXEC.rawValue), BTPROTO_HCI)
    guard descriptor >= 0 else { throw Self.refusal(name, errno) }
    socket = Socket(descriptor)
    var address = sockaddr_hci(
      hci_family: sa_family_t(AF_BLUETOOTH), hci_dev: UInt16(HCI_DEV_NONE), hci_channel: UInt16(HCI_CHANNEL_MONITOR))
    let bound = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_hci>.size))
      }
    }
    guard bound == 0 else { throw Self.refusal(name, errno) }
  }

  static func refusal(_ name: String, _ code: Int32) -> InputError {
    switch code {
    case EPERM, EACCES:
      InputError(
        name, "may not be listened to by this user",
        remedy: "the Bluetooth monitor needs CAP_NET_RAW: sudo setcap cap_net_raw+ep on the program, or sudo")
    case EAFNOSUPPORT, EPROTONOSUPPORT, ENODEV:
      InputError(name, "this system has no Bluetooth", remedy: "load the bluetooth module or plug an adapter in")
    default: InputError(name, "cannot be listened to: \(String(cString: strerror(code)))")
    }
  }

  public mutating func read(upTo count: Int, into bytes: inout [UInt8]) throws(InputError) -> Int {
    if !wroteHeader {
      wroteHeader = true
      bytes.append(contentsOf: MonitorFraming.header)
      return MonitorFraming.header.count
    }
    var packet = [UInt8](repeating: 0, count: MonitorFraming.longestPacket)
    while true {
      let got = recv(socket.descriptor, &packet, packet.count, 0)
      guard got > 0 else {
        // Interrupted: a normal end.
        if got == 0 || errno == EINTR { return 0 }
        throw InputError(name, "stopped: \(String(cString: strerror(errno)))")
      }
      var now = timespec()
      clock_gettime(CLOCK_REALTIME, &now)
      let time = Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec)
      let before = bytes.count
      MonitorFraming.append(packet.span.extracting(0..<got), adapter: adapter, time: time, to: &bytes)
      if bytes.count > before { return bytes.count - before }
    }
  }
}

/// From packets of the monitor channel to btsnoop records of data link 2001.
enum MonitorFraming {
  /// HCI packets have at most 64 KiB and some bytes.
  static let longestPacket = 1 << 17
  static let header: [UInt8] = BtsnoopReader.magic + [0, 0, 0, 1, 0, 0, 0x07, 0xD1]

  /// Appends the record of one packet: opcode, adapter and length, low byte first, then content. Packets of other
  /// adapters, and what is no packet, give nothing.
  static func append(_ packet: Span<UInt8>, adapter: UInt16, time: Int64, to bytes: inout [UInt8]) {
    guard packet.count >= 6, packet.u16(2) == adapter else { return }
    let count = min(Int(packet.u16(4)), packet.count - 6)
    let stamp = UInt64(bitPattern: time / 1000 &+ BtsnoopReader.epoch)
    let flags = UInt32(packet.u16(0)) | UInt32(adapter) << 16
    for value in [
      UInt32(count), UInt32(count), flags, 0, UInt32(truncatingIfNeeded: stamp >> 32),
      UInt32(truncatingIfNeeded: stamp),
    ] {
      for shift in [24, 16, 8, 0] as [UInt32] { bytes.append(UInt8(truncatingIfNeeded: value >> shift)) }
    }
    packet.extracting(6..<(6 + count)).withUnsafeBufferPointer { bytes.append(contentsOf: $0) }
  }
}
