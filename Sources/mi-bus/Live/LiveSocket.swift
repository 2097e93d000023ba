import CaptureFiles
import Glibc
import NinebotBus
import SystemPackage
import UartSniffer

/// Bytes of a bus that come over TCP, from ser2net or an ESP32. Only listens.
final class LiveSocket {
  private(set) var tap: Tap
  let descriptor: FileDescriptor
  private var clock: PacketClock
  private static let system = KernelSerial()

  /// How long bytes may lie in a network before they arrive; assumed, since nothing tells it.
  private static let timing = AdapterTiming(timer: 200_000_000, basis: .assumed)

  /// Connects, for five seconds at most; looking up a name takes as long as the system waits for it.
  init(host: String, port: UInt16, name: String, baud: Baud, clock: CaptureClock) throws(InputError) {
    let thing = "tcp:\(host):\(port)"
    descriptor = try Self.connect(host, port, thing)
    tap = Tap(
      name: name, detail: thing, baud: baud,
      quality: .packets(latency: Self.timing.timer + Self.timing.transfer))
    tap.isPacedByWire = false
    self.clock = PacketClock(origin: clock.monotonic, opened: Self.system.now(), baud: baud, adapter: Self.timing)
  }

  deinit { try? descriptor.close() }

  /// How a connection ends.
  enum End {
    /// The other side has closed it.
    case closed
    case failed(InputError)
  }

  /// What came, and whether that was the end.
  func receive(after window: PollWindow, tap index: Int) -> (chunk: ByteChunk, end: End?) {
    var chunk = ByteChunk(tap: index)
    let got = withUnsafeTemporaryAllocation(byteCount: 1 << 16, alignment: 1) { space in
      let got = read(descriptor.rawValue, space.baseAddress, space.count)
      if got > 0 { chunk.bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: space[..<got])) }
      return got
    }
    if got > 0 {
      clock.push(count: got, window: window, read: Self.system.now(), into: &chunk.times)
      return (chunk, nil)
    }
    if got == 0 { return (chunk, .closed) }
    let code = errno
    if code == EAGAIN || code == EINTR { return (chunk, nil) }
    return (
      chunk,
      .failed(
        InputError(
          tap.detail, "the connection broke: \(String(cString: strerror(code)))", remedy: "is the other side still on?")
      )
    )
  }

  private static func connect(_ host: String, _ port: UInt16, _ thing: String) throws(InputError) -> FileDescriptor {
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var found: UnsafeMutablePointer<addrinfo>?
    let code = getaddrinfo(host, String(port), &hints, &found)
    guard code == 0 else {
      throw InputError(thing, String(cString: gai_strerror(code)), remedy: "check the host's name")
    }
    defer { freeaddrinfo(found) }
    var cause = "no address"
    let deadline = system.now() + 5_000_000_000
    var next = found
    while let entry = next {
      next = entry.pointee.ai_next
      let raw = socket(
        entry.pointee.ai_family, entry.pointee.ai_socktype | Int32(SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue), 0)
      guard raw >= 0 else { continue }
      if finish(raw, entry.pointee, until: deadline) { return FileDescriptor(rawValue: raw) }
      cause = String(cString: strerror(errno))
      close(raw)
    }
    throw InputError(thing, "cannot connect: \(cause)", remedy: "is the other side listening?")
  }

  /// Waits for a connection that was begun; errno tells why it failed.
  private static func finish(_ raw: Int32, _ address: addrinfo, until deadline: Int64) -> Bool {
    if Glibc.connect(raw, address.ai_addr, address.ai_addrlen) == 0 { return true }
    guard errno == EINPROGRESS else { return false }
    var entry = pollfd(fd: raw, events: Int16(POLLOUT), revents: 0)
    guard poll(&entry, 1, Int32(max(0, deadline - system.now()) / 1_000_000)) == 1 else {
      errno = ETIMEDOUT
      return false
    }
    var failure: Int32 = 0
    var size = socklen_t(MemoryLayout<Int32>.size)
    getsockopt(raw, SOL_SOCKET, SO_ERROR, &failure, &size)
    errno = failure
    return failure == 0
  }
}
