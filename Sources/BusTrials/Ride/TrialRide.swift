public import ScooterSim

/// What both captures of a trial are cut from: a ride, without the radio's delays.
public struct TrialRide: Sendable {
  /// A frame on the single wire.
  public struct Wire: Hashable, Sendable {
    /// Start of the first start bit and end of the last stop bit, nanoseconds of the ride.
    public var start: Int64
    public var end: Int64
    public var frame: [UInt8]
    /// Run over by another transmission: no capture shows it whole.
    public var collided: Bool
  }

  /// A message that passed between phone and BLE module.
  public struct Radio: Hashable, Sendable {
    /// When the wire was ready for it: a phone's request started there, or an answer ended there.
    public var wire: Int64
    /// When the ride's own phone wrote it; for an answer the same as `wire`.
    public var written: Int64
    /// As the phone wrote or got it.
    public var frame: [UInt8]
    public var toPhone: Bool
    /// Whether the phone asked for it.
    public var solicited: Bool
    /// Why it was sent to the phone; `own` for the phone's writes.
    public var cause: Cause
    /// Written by the phone, but never on the wire: the module's queue was full. Then `wire` is when it was written.
    public var isDropped = false
  }

  public let scenario: Scenario
  /// Requests and answers; heartbeats are left out.
  public let wire: [Wire]
  public let radio: [Radio]
  /// Nanoseconds.
  public let length: Int64

  /// Runs a scenario for some seconds.
  public init(_ scenario: Scenario, seconds: Double) {
    self.scenario = scenario
    length = Int64(seconds * 1e9)
    var scooter = Scooter(scenario)
    var builder = Builder()
    while let occurrence = scooter.next(until: length) { builder.take(occurrence) }
    wire = builder.wire
    builder.drop(builder.writes.count)
    radio = builder.radio.sorted { $0.wire < $1.wire }
  }

  /// Frames that begin in the range, nanoseconds of the ride.
  func wire(in range: ClosedRange<Int64>) -> ArraySlice<Wire> {
    wire[Self.lowerBound(wire, range.lowerBound, \.start)..<Self.lowerBound(wire, range.upperBound + 1, \.start)]
  }

  /// Messages whose `wire` is in the range.
  func radio(in range: ClosedRange<Int64>) -> ArraySlice<Radio> {
    radio[Self.lowerBound(radio, range.lowerBound, \.wire)..<Self.lowerBound(radio, range.upperBound + 1, \.wire)]
  }

  private static func lowerBound<Entry>(_ entries: [Entry], _ time: Int64, _ key: (Entry) -> Int64) -> Int {
    var (low, high) = (0, entries.count)
    while low < high {
      let middle = (low + high) / 2
      if key(entries[middle]) < time { low = middle + 1 } else { high = middle }
    }
    return low
  }

  private struct Builder {
    var wire: [Wire] = []
    var radio: [Radio] = []
    /// Answers on the wire that may still come to the phone, oldest first.
    private var answers: [(end: Int64, frame: [UInt8], cause: Cause)] = []
    private var answersHead = 0
    /// What the phone wrote and the wire has not seen, oldest first.
    private(set) var writes: [RadioFrame] = []

    /// The first so many writes never come.
    mutating func drop(_ count: Int) {
      for write in writes.prefix(count) {
        radio.append(
          Radio(
            wire: write.time, written: write.time, frame: write.frame, toPhone: false, solicited: true, cause: .own,
            isDropped: true))
      }
      writes.removeFirst(count)
    }

    mutating func take(_ occurrence: Occurrence) {
      switch occurrence {
      case .transmission(let transmission) where transmission.line == .escBle: take(transmission.truth)
      case .radio(let message) where message.direction == .toScooter: writes.append(message)
      case .radio(let message) where !message.frame.isEmpty: notified(message)
      default: return
      }
    }

    private mutating func take(_ truth: GroundTruth) {
      guard truth.frame.count > 5, truth.frame[4] != 0x65, truth.frame[4] != 0x64 else { return }
      wire.append(Wire(start: truth.start, end: truth.end, frame: truth.frame, collided: truth.collided))
      if truth.sender == .ble, truth.cause == .phone {
        guard
          let index = writes.firstIndex(where: {
            $0.frame.count > 5 && $0.frame[3] == truth.frame[3] && $0.frame[5] == truth.frame[5]
          })
        else {
          return
        }
        drop(index)
        let write = writes.removeFirst()
        radio.append(
          Radio(
            wire: truth.start, written: write.time, frame: write.frame, toPhone: false, solicited: true, cause: .own))
      } else if truth.frame[3] == 0x23 || truth.frame[3] == 0x25, !truth.collided {
        answers.append((truth.end, truth.frame, truth.cause))
      }
    }

    private mutating func notified(_ message: RadioFrame) {
      let index = answers[answersHead...].firstIndex {
        $0.frame == message.frame && ($0.cause == .reply(to: .phone)) == message.solicited
      }
      guard let index else { return }
      radio.append(
        Radio(
          wire: answers[index].end, written: answers[index].end, frame: message.frame, toPhone: true,
          solicited: message.solicited,
          cause: answers[index].cause))
      answersHead = index + 1
      if answersHead > 512 {
        answers.removeFirst(answersHead)
        answersHead = 0
      }
    }
  }
}
