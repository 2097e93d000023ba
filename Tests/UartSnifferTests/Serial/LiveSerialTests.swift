import CaptureFiles
import NinebotBus
import SystemPackage
import Testing
import UartSniffer

/// A port as a source, with the kernel played by a script.
@Suite struct LiveSerialTests {
  private func window(_ system: ScriptedSerial, waited: Int64 = 10_000_000) -> PollWindow {
    let entered = system.now()
    system.edit { $0.now += waited }
    return PollWindow(entered: entered, woke: system.now())
  }

  private func script(latencyTimer: String? = nil) -> ScriptedSerial.Script {
    var script = ScriptedSerial.Script()
    script.lowLatency = .success(false)
    script.identity = ("ttyUSB0", "ftdi_sio")
    if let latencyTimer { script.attributes["latency_timer"] = latencyTimer }
    return script
  }

  @Test("bytes come with faults and bounds, in one chunk whatever the reads") func chunk() throws {
    let system = ScriptedSerial(script(latencyTimer: "1"))
    let live = try LiveSerial("/dev/ttyUSB0", clock: CaptureClock(monotonic: 1_000_000_000, unix: 0), system: system)
    system.edit {
      $0.reads = [.bytes([0x55, 0xFF]), .failure(.interrupted), .bytes([0xFF, 0xFF, 0x00]), .bytes([0x41])]
    }
    let reception = live.receive(after: window(system), tap: 3)
    #expect(reception.change == nil)
    #expect(reception.chunk.tap == 3)
    #expect(reception.chunk.bytes == [0x55, 0xFF, 0x41])
    #expect(reception.chunk.times.map(\.fault) == [.none, .none, .framing])
    let last = try #require(reception.chunk.times.last)
    #expect(last.start.latest <= system.now() - 1_000_000_000)
    #expect(last.start.latest - last.start.earliest < 5_000_000)
    #expect(live.tap.quality == .packets(latency: 2_000_000))
    #expect(live.tap.detail == "/dev/ttyUSB0 (ftdi_sio)")
  }

  @Test("FTDI's timer is read after low latency was asked for, and reported") func latencyTimer() throws {
    let live = try LiveSerial("/dev/ttyUSB0", system: ScriptedSerial(script(latencyTimer: "16")))
    #expect(live.latencyTimer == 1)
    #expect(live.lowLatency == true)
    #expect(live.timing.basis == .reported)
  }

  @Test("a mark that is cut by the end of a delivery goes on in the next") func cutMark() throws {
    let system = ScriptedSerial(script(latencyTimer: "1"))
    let live = try LiveSerial("/dev/ttyUSB0", system: system)
    system.edit { $0.reads = [.bytes([0x01, 0xFF])] }
    #expect(live.receive(after: window(system)).chunk.bytes == [0x01])
    system.edit { $0.reads = [.bytes([0x00])] }
    let empty = live.receive(after: window(system)).chunk
    #expect(empty.bytes.isEmpty)
    #expect(empty.times.isEmpty)
    system.edit { $0.reads = [.bytes([0x00])] }
    let chunk = live.receive(after: window(system)).chunk
    #expect(chunk.bytes == [0x00])
    #expect(chunk.times.first?.fault == .lineBreak)
  }

  @Test("silence is told when it is certain, at the time that the port asked for") func silence() throws {
    let system = ScriptedSerial(script(latencyTimer: "1"))
    let clock = CaptureClock(system)
    let live = try LiveSerial("/dev/ttyUSB0", clock: clock, system: system)
    #expect(live.deadline == nil)
    system.edit { $0.reads = [.bytes([0x55])] }
    let chunk = live.receive(after: window(system)).chunk
    let last = try #require(chunk.times.last).start
    #expect((chunk.silentUntil ?? 0) <= last.latest)
    let deadline = try #require(live.deadline)
    let entered = system.now()
    system.edit { $0.now = deadline }
    let quiet = live.receive(after: PollWindow(entered: entered, woke: deadline)).chunk
    #expect(try #require(quiet.silentUntil) > last.latest + 4_000_000)
    #expect(try #require(live.deadline) > deadline)
    system.edit { $0.now += 1_000_000_000 }
    _ = live.receive(after: window(system))
    #expect(live.deadline == nil, "nothing more to tell")
  }

  @Test("an adapter that is unplugged is reported once, waited for and used again")
  func unplug() throws {
    let system = ScriptedSerial(script(latencyTimer: "1"))
    let live = try LiveSerial("/dev/ttyUSB0", system: system)
    // What a real FTDI does: bytes that were there, then 0, then EIO on everything.
    system.edit {
      $0.reads = [.bytes([1, 2]), .hangUp]
      $0.opens = [.failure(.noSuchFileOrDirectory), .failure(.permissionDenied), .success(())]
    }
    let last = live.receive(after: window(system))
    #expect(last.chunk.bytes == [1, 2], "what was readable is not lost")
    #expect(last.change == .gone)
    #expect(live.descriptor == nil)
    #expect(system.record.isOpen == 0)
    var changes: [LiveSerial.Change] = []
    for _ in 0..<10 where live.descriptor == nil {
      let deadline = try #require(live.deadline)
      system.edit { $0.now = max($0.now, deadline) }
      if let change = live.receive(after: window(system, waited: 0)).change { changes.append(change) }
    }
    #expect(changes == [.back])
    #expect(system.record.calls.count { $0 == "open" } == 4)
    system.edit { $0.reads = [.bytes([3])] }
    let again = live.receive(after: window(system)).chunk
    #expect(again.bytes == [3])
    #expect((again.times.first?.start.earliest ?? 0) > (last.chunk.times.last?.start.latest ?? 0))
    #expect(live.state.losses == 1)
  }

  @Test("patience that is over ends the source, told once") func patience() throws {
    let system = ScriptedSerial(script())
    let live = try LiveSerial("/dev/ttyUSB0", patience: 2_000_000_000, system: system)
    system.edit {
      $0.reads = [.failure(.ioError)]
      $0.opens = [.failure(.noSuchFileOrDirectory)]
      $0.status = .failure(.noSuchFileOrDirectory)
    }
    #expect(live.receive(after: window(system)).change == .gone)
    var ends = 0
    for _ in 0..<100 {
      if let deadline = live.deadline { system.edit { $0.now = max($0.now, deadline) } }
      if case .ended(let error) = live.receive(after: window(system, waited: 0)).change {
        ends += 1
        #expect(error.cause.contains("did not come back"))
      }
    }
    #expect(ends == 1)
    #expect(live.deadline == nil)
  }

  @Test("the kernel's counters are counted from the start; a loss marks the next byte") func counters() throws {
    var script = script(latencyTimer: "1")
    script.counters = .success(LineCounters(received: 100, framing: 7))
    let system = ScriptedSerial(script)
    let live = try LiveSerial("/dev/ttyUSB0", system: system)
    #expect(live.counters == LineCounters())
    system.edit {
      $0.reads = [.bytes([0xFF, 0x00, 0x41, 0x42])]
      $0.counters = .success(LineCounters(received: 102, framing: 8, overrun: 1))
    }
    let chunk = live.receive(after: window(system)).chunk
    #expect(chunk.times.map(\.fault) == [.framing, .overrun])
    #expect(live.counters == LineCounters(received: 2, framing: 1, overrun: 1))
    system.edit { $0.reads = [.bytes([0x43])] }
    #expect(live.receive(after: window(system)).chunk.times.map(\.fault) == [.none], "told once")
    system.edit { $0.reads = [.hangUp] }
    _ = live.receive(after: window(system))
    #expect(live.counters == LineCounters(received: 2, framing: 1, overrun: 1), "kept when the adapter is gone")
  }

  @Test("a source that never runs dry is read in bounded pieces, nothing lost") func flood() throws {
    let system = ScriptedSerial(script(latencyTimer: "1"))
    let live = try LiveSerial("/dev/ttyUSB0", system: system)
    system.edit { $0.reads = [.bytes([UInt8](repeating: 0x20, count: 200_000))] }
    var counts: [Int] = []
    for _ in 0..<5 { counts.append(live.receive(after: window(system, waited: 0)).chunk.bytes.count) }
    #expect(counts == [65_536, 65_536, 65_536, 3392, 0])
  }

  @Test("with a long timer a delivery is looked at again after a moment: the kernel hands it on in parts")
  func settling() throws {
    var script = script()
    script.identity = ("ttyUSB0", "cp210x")
    let system = ScriptedSerial(script)
    let live = try LiveSerial("/dev/ttyUSB0", system: system)
    system.edit { $0.reads = [.bytes([1]), .failure(.wouldBlock), .bytes([2])] }
    #expect(live.receive(after: window(system)).chunk.bytes == [1, 2])
    #expect(system.record.calls.count { $0 == "poll" } == 1, "one moment, not more")
  }
}
