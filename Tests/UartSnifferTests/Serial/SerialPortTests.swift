import CaptureFiles
import NinebotBus
import SystemPackage
import Testing
import UartSniffer

@Suite struct SerialPortTests {
  struct Refusal: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var script: @Sendable (inout ScriptedSerial.Script) -> Void
    var cause: String
    var remedy: String?
  }

  static let refusals: [Refusal] = [
    Refusal(
      testDescription: "missing", script: { $0.status = .failure(.noSuchFileOrDirectory) }, cause: "no such port",
      remedy: "mi-bus ports"),
    Refusal(
      testDescription: "missing between look and open", script: { $0.opens = [.failure(.noSuchFileOrDirectory)] },
      cause: "no such port"),
    Refusal(
      testDescription: "no permission", script: { $0.opens = [.failure(.permissionDenied)] }, cause: "group dialout",
      remedy: "sudo usermod -aG dialout $USER, then log in again"),
    Refusal(
      testDescription: "no permission, a group without a name",
      script: {
        $0.opens = [.failure(.permissionDenied)]
        $0.group = nil
      }, cause: "no group has it", remedy: "udev rule"),
    Refusal(
      testDescription: "no permission, not for the group either",
      script: {
        $0.opens = [.failure(.permissionDenied)]
        $0.status = .success(NodeStatus(kind: .characterDevice, group: 20, groupReads: false))
      }, cause: "no group has it", remedy: "udev rule"),
    Refusal(
      testDescription: "held by TIOCEXCL", script: { $0.opens = [.failure(.resourceBusy)] }, cause: "another program",
      remedy: "fuser"),
    Refusal(
      testDescription: "held by a lock", script: { $0.lock = .wouldBlock }, cause: "another program", remedy: "fuser"),
    Refusal(
      testDescription: "directory", script: { $0.status = .success(NodeStatus(kind: .directory)) },
      cause: "is a directory", remedy: "/dev/ttyUSB0"),
    Refusal(
      testDescription: "plain file", script: { $0.status = .success(NodeStatus(kind: .other)) },
      cause: "is not a serial port", remedy: "mi-bus ports"),
    Refusal(
      testDescription: "device without termios", script: { $0.line = .failure(.inappropriateIOCTLForDevice) },
      cause: "is not a serial port"),
    Refusal(
      testDescription: "dead hardware", script: { $0.opens = [.failure(.ioError)] }, cause: "nothing answers",
      remedy: "unplug"),
    Refusal(
      testDescription: "unplugged while it is set up", script: { $0.setLine = .ioError }, cause: "nothing answers"),
    Refusal(
      testDescription: "node without device", script: { $0.opens = [.failure(.noSuchAddressOrDevice)] },
      cause: "nothing answers"),
    Refusal(
      testDescription: "rate that the adapter lacks",
      script: {
        $0.adjust = {
          var line = $0
          line.inputRate = 9600
          return line
        }
      }, cause: "cannot do 115200 baud, its nearest rate is 9600"),
    Refusal(
      testDescription: "driver that drops the marks",
      script: {
        $0.adjust = {
          var line = $0
          line.inputFlags = 0
          return line
        }
      }, cause: "is not a serial port"),
    Refusal(
      testDescription: "signals without end", script: { $0.opens = [.failure(.interrupted)] },
      cause: "cannot be opened"),
  ]

  @Test("An open that fails says why and leaves nothing open", arguments: refusals) func anOpenThatFailsSays(
    _ refusal: Refusal
  ) throws {
    var script = ScriptedSerial.Script()
    refusal.script(&script)
    let system = ScriptedSerial(script)
    let error = try #require(throws: InputError.self) {
      let port = try SerialPort.open("/dev/ttyUSB7", system: system)
      port.close()
    }
    #expect(error.thing == "/dev/ttyUSB7")
    #expect(error.cause.contains(refusal.cause), "\(error)")
    if let remedy = refusal.remedy { #expect(error.remedy?.contains(remedy) == true, "\(error)") }
    #expect(!error.description.contains("\n"))
    #expect(system.record.isOpen == 0)
  }

  @Test("A rate that no line has is refused before the port is touched", arguments: [0, -5, 20_000_000])
  func aRateThatNoLine(_ rate: Int) {
    let system = ScriptedSerial()
    #expect(throws: InputError.self) {
      let port = try SerialPort.open("/dev/ttyUSB0", baud: Baud(rate), system: system)
      port.close()
    }
    #expect(system.record.calls.isEmpty)
  }

  @Test("Set up for listening: read-only, exclusive, marks, low latency; all put back at close")
  func setUpForListeningRead() throws {
    var script = ScriptedSerial.Script()
    var before = LineSettings()
    before.inputFlags = 0x500
    before.controlFlags = 0x8BD
    before.inputRate = 9600
    script.line = .success(before)
    script.lowLatency = .success(false)
    let system = ScriptedSerial(script)
    let port = try SerialPort.open("/dev/ttyUSB0", baud: Baud(76_800), system: system)
    #expect(system.record.modes == [.listen])
    #expect(port.baud == Baud(76_800))
    #expect(port.lowLatency == true)
    #expect(port.countersAtOpen == nil, "a driver without counters has none, not zero")
    let set = try #require(system.record.lines.last)
    #expect(set.marksFaults)
    #expect(!set.hangsUpAtClose)
    #expect(set.inputRate == 76_800)
    port.close()
    #expect(system.record.lines.last == before)
    #expect(system.record.calls.suffix(3) == ["lowLatency false", "shared", "close"])
  }

  @Test("Low latency that was on stays on") func lowLatencyThatWasOn() throws {
    var script = ScriptedSerial.Script()
    script.lowLatency = .success(true)
    let system = ScriptedSerial(script)
    let port = try SerialPort.open("/dev/ttyUSB0", system: system)
    #expect(port.lowLatency == true)
    port.close()
    #expect(!system.record.calls.contains { $0.hasPrefix("lowLatency") })
  }

  @Test("An open that a signal cut short is repeated") func anOpenThatASignal() throws {
    var script = ScriptedSerial.Script()
    script.opens = [.failure(.interrupted), .failure(.interrupted), .success(())]
    let system = ScriptedSerial(script)
    let port = try SerialPort.open("/dev/ttyUSB0", system: system)
    port.close()
    #expect(system.record.calls.count { $0 == "open" } == 3)
  }

  static let reads: [(name: String, steps: [ScriptedSerial.Read], outcome: SerialPort.Outcome, bytes: [UInt8])] = [
    ("short read", [.bytes([1, 2])], .bytes(2), [1, 2]),
    ("EINTR, then bytes", [.failure(.interrupted), .bytes([3])], .bytes(1), [3]),
    ("EAGAIN", [.failure(.wouldBlock)], .empty, []),
    ("EIO", [.failure(.ioError)], .gone, []),
    ("ENXIO", [.failure(.noSuchAddressOrDevice)], .gone, []),
    ("end of file", [.hangUp], .gone, []),
    ("more than asked for", [.bytes([1, 2, 3, 4, 5, 6])], .bytes(4), [1, 2, 3, 4]),
    ("signals without end", Array(repeating: .failure(.interrupted), count: 1000), .empty, []),
  ]

  @Test("Reads never wait, fail or lose bytes", arguments: reads.indices) func readsNeverWaitFailOr(_ index: Int) throws
  {
    let read = Self.reads[index]
    var script = ScriptedSerial.Script()
    script.reads = read.steps
    let port = try SerialPort.open("/dev/ttyUSB0", system: ScriptedSerial(script))
    var bytes: [UInt8] = [0xAA]
    #expect(port.read(upTo: 4, into: &bytes) == read.outcome, "\(read.name)")
    #expect(bytes == [0xAA] + read.bytes, "\(read.name)")
  }

  @Test("A port that listens refuses to send") func aPortThatListensRefuses() throws {
    let system = ScriptedSerial()
    let port = try SerialPort.open("/dev/ttyUSB0", system: system)
    var refused = false
    do { try port.write([1], deadline: .max) } catch { refused = true }
    #expect(refused)
    #expect(system.record.written.isEmpty)
  }

  @Test("Sending goes on after short writes and ends at its deadline") func sendingGoesOnAfterShort() throws {
    var script = ScriptedSerial.Script()
    script.writes = [.success(2), .failure(.interrupted), .failure(.wouldBlock), .success(1)]
    let system = ScriptedSerial(script)
    let port = try SerialPort.open("/dev/ttyUSB0", mode: .exchange, system: system)
    try port.write([1, 2, 3, 4], deadline: system.now() + 50_000_000)
    #expect(system.record.written == [1, 2, 3, 4])
    system.edit { $0.writes = Array(repeating: .failure(.wouldBlock), count: 1000) }
    var error: InputError?
    do { try port.write([5], deadline: system.now() + 50_000_000) } catch let found { error = found }
    #expect(error?.cause.contains("0 of 1 bytes") == true)
  }

  @Test("Counters are differences, across a wrap of the kernel's 32 bits") func countersAreDifferencesAcrossA() {
    let before = LineCounters(received: Int(Int32.max), framing: 5, overrun: -1)
    let after = LineCounters(received: Int(Int32.min) + 9, framing: 7, overrun: 0)
    #expect(after.since(before) == LineCounters(received: 10, framing: 2, overrun: 1))
  }
}
