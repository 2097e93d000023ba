import CaptureFiles
import NinebotBus
import ScooterSim
import Synchronization
import SystemPackage
import Testing
import UartSniffer

/// The real kernel, with a pseudo terminal in place of an adapter.
@Suite struct PseudoTerminalTests {
  private let system = KernelSerial()
  private var soon: Int64 { system.now() + 5_000_000_000 }

  /// Receives until `count` bytes are there, the port changes or the time is over.
  private func receive(_ live: LiveSerial, count: Int) -> (
    bytes: [UInt8], times: [ByteTime], change: LiveSerial.Change?
  ) {
    var bytes: [UInt8] = []
    var times: [ByteTime] = []
    let deadline = soon
    while bytes.count < count, system.now() < deadline {
      var entries = live.descriptor.map { [PollEntry($0)] } ?? []
      let window = PollWindow.wait(for: &entries, until: min(deadline, live.deadline ?? .max), system: system)
      let reception = live.receive(after: window)
      bytes += reception.chunk.bytes
      times += reception.chunk.times
      if reception.change != nil { return (bytes, times, reception.change) }
    }
    return (bytes, times, nil)
  }

  @Test("each byte value arrives as it was sent, FF too") func allBytes() throws {
    let pair = try PseudoTerminal()
    let live = try LiveSerial(pair.path, system: system)
    let sent = (0...255).map { UInt8($0) } + [0xFF, 0xFF, 0x00, 0x00, 0x11, 0x13, 0x03, 0x04, 0x0D, 0x0A]
    try pair.write(sent, deadline: soon)
    #expect(receive(live, count: sent.count).bytes == sent)
  }

  @Test("counters that a pseudo terminal lacks are absent, not zero") func absentCounters() throws {
    let pair = try PseudoTerminal()
    let live = try LiveSerial(pair.path, system: system)
    #expect(live.counters == nil)
    #expect(live.latencyTimer == nil)
    #expect(live.lowLatency == nil)
    #expect(live.timing.timer == 0)
  }

  @Test(
    "any rate is set and read back; the settings before come back at close", arguments: [300, 76_800, 115_200, 921_600])
  func rates(_ rate: Int) throws {
    let pair = try PseudoTerminal()
    // Held open, so that the kernel keeps the settings.
    let holder = try system.open(pair.path, .listen)
    defer { system.close(holder) }
    let before = try system.line(holder)
    let port = try SerialPort.open(pair.path, baud: Baud(rate), system: system)
    #expect(port.baud == Baud(rate))
    #expect(try system.line(holder).inputRate == UInt32(rate))
    #expect(try system.line(holder).marksFaults)
    port.close()
    #expect(try system.line(holder) == before)
  }

  @Test("a port that is in use is refused, and free again after close") func busy() throws {
    let pair = try PseudoTerminal()
    let path = pair.path
    let first = try SerialPort.open(path, system: system)
    let error = try #require(throws: InputError.self) {
      let second = try SerialPort.open(path, system: KernelSerial())
      second.close()
    }
    #expect(error.cause == "another program is using it")
    first.close()
    let third = try SerialPort.open(path, system: system)
    third.close()
  }

  @Test(
    "things that are no ports are refused by name",
    arguments: ["/dev", "/dev/null", "/etc/passwd", "/dev/ttyNONE9", ""])
  func noPorts(_ path: String) throws {
    let error = try #require(throws: InputError.self) {
      let port = try SerialPort.open(path, system: KernelSerial())
      port.close()
    }
    #expect(error.remedy != nil, "\(error)")
  }

  @Test("a descriptor that listens cannot send, whatever the program tries") func readOnly() throws {
    let pair = try PseudoTerminal()
    let port = try SerialPort.open(pair.path, system: system)
    let descriptor = port.descriptor
    #expect(throws: Errno.badFileDescriptor) { try [UInt8(1)].withUnsafeBytes { try system.write(descriptor, $0) } }
    #expect(pair.read(upTo: 10).isEmpty)
    port.close()
  }

  @Test("a port for exchange sends") func exchange() throws {
    let pair = try PseudoTerminal()
    let port = try SerialPort.open(pair.path, mode: .exchange, system: system)
    try port.write([0x55, 0xFF, 0x0A], deadline: soon)
    #expect(pair.read(upTo: 10) == [0x55, 0xFF, 0x0A])
    port.close()
  }

  @Test("the other end's close is told as gone, after what it had sent") func hangUp() throws {
    let pair = try PseudoTerminal()
    let live = try LiveSerial(pair.path, system: system)
    try pair.write([1, 2, 3], deadline: soon)
    let before = receive(live, count: 3)
    pair.close()
    let after = receive(live, count: 1)
    #expect(before.bytes == [1, 2, 3])
    #expect(after.change == .gone)
    #expect(live.descriptor == nil)
  }

  @Test("a reader that does not read ends the writing at its deadline") func fullPair() throws {
    let pair = try PseudoTerminal()
    let port = try SerialPort.open(pair.path, system: system)
    let start = system.now()
    var error: InputError?
    do {
      try pair.write([UInt8](repeating: 0x55, count: 1 << 22), deadline: start + 100_000_000)
    } catch let found { error = found }
    #expect(error?.cause.contains("bytes in the time there was") == true)
    #expect(system.now() - start < 5_000_000_000)
    port.close()
  }

  @Test("bytes sent in real time come with bounds that hold the truth") func realTime() async throws {
    let pair = try PseudoTerminal()
    let path = pair.path
    let clock = CaptureClock(system)
    let live = try LiveSerial(path, clock: clock, system: system)
    var random = SplitMix64(seed: 3)
    let byte = Baud.standard.duration(bytes: 1)
    var bytes: [UInt8] = []
    var times: [ByteTime] = []
    var truth: [TimeBounds] = []
    for _ in 0..<40 {
      let frame = (0..<Int.random(in: 2...20, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
      // A frame is sent when its last byte has ended: the line was busy for its length before.
      pause(Baud.standard.duration(bytes: frame.count) + .random(in: 1_000_000...20_000_000, using: &random))
      let before = system.now() - clock.monotonic
      try pair.write(frame, deadline: soon)
      let after = system.now() - clock.monotonic
      for index in frame.indices {
        let offset = Int64(frame.count - index) * byte
        truth.append(TimeBounds(earliest: before - offset, latest: after - offset))
      }
      let got = receive(live, count: frame.count)
      bytes += got.bytes
      times += got.times
      #expect(got.bytes == frame)
    }
    #expect(times.count == truth.count)
    // The machine of a test may be overloaded, and hand bytes on later than the bounds assume. The exact rule is tested
    // against simulated adapters.
    let slack: Int64 = 20_000_000
    for (time, sent) in zip(times, truth) {
      #expect(time.start.earliest <= sent.latest + slack)
      #expect(time.start.latest >= sent.earliest, "no byte starts after it was sent")
    }
    let inside = zip(times, truth).count { $0.start.earliest <= $1.latest && $0.start.latest >= $1.earliest }
    #expect(inside * 2 >= truth.count, "\(inside) of \(truth.count)")
    pair.close()
  }

  private func pause(_ nanoseconds: Int64) {
    var none: [PollEntry] = []
    try? system.poll(&none, milliseconds: Int32(clamping: (nanoseconds + 999_999) / 1_000_000))
  }
}
