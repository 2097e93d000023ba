import CaptureFiles
import Testing
import UartSniffer

@Suite struct PortStateTests {
  private let second: Int64 = 1_000_000_000
  private let missing = InputError("/dev/ttyUSB0", "there is no such port")
  private let refused = InputError("/dev/ttyUSB0", "no permission")

  @Test("A lost port is looked for at each interval until it is back") func aLostPortIsLooked() {
    var state = PortState(path: "/dev/ttyUSB0")
    #expect(state.deadline == nil)
    state.lost(at: 10 * second)
    #expect(state.phase == .gone(since: 10 * second))
    #expect(state.deadline == 10 * second + PortState.interval)
    let early = state.shouldOpen(at: 10 * second + 1)
    #expect(!early)
    var now = 10 * second
    for _ in 0..<1000 {
      now = state.deadline ?? now
      let looks = state.shouldOpen(at: now)
      #expect(looks)
      state.failed(missing, isAbsent: true, at: now)
    }
    #expect(now == 10 * second + 1000 * PortState.interval)
    now = state.deadline ?? now
    let looks = state.shouldOpen(at: now)
    #expect(looks)
    state.opened()
    #expect(state.phase == .open)
    #expect(state.deadline == nil)
    #expect(state.losses == 1)
  }

  @Test("A hint makes the next look immediate") func aHintMakesTheNext() {
    var state = PortState(path: "/dev/ttyUSB0")
    state.hint(at: 5)
    #expect(state.deadline == nil)
    state.lost(at: second)
    state.hint(at: second + 7)
    let looks = [state.shouldOpen(at: second + 7), state.shouldOpen(at: second + 8)]
    #expect(looks == [true, false])
  }

  @Test("Patience ends the wait") func patienceEndsTheWait() throws {
    var state = PortState(path: "/dev/ttyUSB0", patience: 30 * second)
    state.lost(at: second)
    var now = second
    for _ in 0..<10_000 {
      guard let next = state.deadline else { break }
      now = next
      if state.shouldOpen(at: now) { state.failed(missing, isAbsent: true, at: now) }
    }
    #expect(now == 31 * second)
    guard case .ended(let error) = state.phase else {
      Issue.record("still waiting")
      return
    }
    #expect(error.cause.contains("30 s"))
  }

  @Test("A port that came back without rights gets the time that udev and others need, no more")
  func aPortThatCameBack() {
    var state = PortState(path: "/dev/ttyUSB0")
    state.lost(at: 0)
    var now: Int64 = 0
    while let next = state.deadline, now < 60 * second {
      now = next
      if state.shouldOpen(at: now) { state.failed(refused, isAbsent: false, at: now) }
    }
    #expect(state.phase == .ended(refused))
    #expect(now >= PortState.settling && now <= PortState.settling + 2 * PortState.interval)
  }

  @Test("A second hang-up of the same port counts once") func aSecondHangUpOf() {
    var state = PortState(path: "/dev/ttyUSB0")
    state.lost(at: 1)
    state.lost(at: 2)
    #expect(state.losses == 1)
    #expect(state.phase == .gone(since: 1))
  }
}
