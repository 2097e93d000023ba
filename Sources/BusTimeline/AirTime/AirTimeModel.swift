import NinebotBus
import UartSniffer

/// How long each thing on one tap held the wire.
///
/// Where bytes have times of their own, that is measured. A serial adapter's packets hide it: a frame inside one packet
/// seems to have no pauses, one across two as long as a packet waits. There a frame lasts what its bytes take at its
/// sender's pitch: the profile's (protocol.md 5.3) while the packets do not contradict it, else what they show on average;
/// and never less or more than its own times allow.
struct AirTimeModel: Sendable {
  let hasTimes: Bool
  /// Nanoseconds of a byte, of the tap's speed.
  private let byte: Int64
  /// Nanoseconds from start bit to start bit that the profile expects, by link and candidate; a byte where it does not.
  private let beliefs: [Double]
  private var seen = [PacketPitch](repeating: PacketPitch(), count: Candidate.count)
  /// Of the frames whose sender is known or claimed: their time and steps from byte to byte. What nobody can be named for
  /// is taken to be like them.
  private var usual = (time: 0.0, steps: 0.0)

  init(quality: TimeQuality, baud: Baud, beliefs timing: TimingBeliefs) {
    hasTimes = quality != .none
    byte = max(1, baud.duration(bytes: 1))
    var beliefs = [Double](repeating: Double(byte), count: Link.allCases.count * Candidate.count)
    for transmitter in timing.transmitters {
      guard let pitch = transmitter.pitch, pitch.typical > 0, let candidate = Candidate.index(of: transmitter.role)
      else { continue }
      beliefs[Int(transmitter.link.rawValue) * Candidate.count + candidate] = min(
        Double(pitch.typical), Double(byte) * Self.slowest)
    }
    self.beliefs = beliefs
  }

  /// Learns from a sound frame how its sender transmits.
  ///
  /// - Parameters:
  ///   - event: of the tap, in any order.
  ///   - candidate: who sent it, or says that it did.
  @inline(__always)
  mutating func learn(_ event: BusEvent, candidate: Int) {
    guard hasTimes, event.checksumHolds, candidate != Candidate.newcomer, !isMeasured(event) else { return }
    seen[candidate].learn(event, byte: byte)
  }

  /// Nanoseconds on the wire; nil where there are no times.
  ///
  /// - Parameters:
  ///   - event: the next one of the tap.
  ///   - candidate: who sent it, or says that it did; a newcomer where nobody can be named.
  ///   - link: what the tap listens to.
  @inline(__always)
  mutating func airTime(of event: BusEvent, candidate: Int, link: Link) -> Int64? {
    guard hasTimes else { return nil }
    return isMeasured(event) ? max(0, event.duration) : estimate(event, candidate, link)
  }

  @inline(__always)
  private func isMeasured(_ event: BusEvent) -> Bool {
    let error = event.start.error &+ event.end.error
    return error <= byte || error <= event.duration / Self.precise
  }

  /// A duration this many times its error is a measurement.
  private static let precise: Int64 = 4

  private mutating func estimate(_ event: BusEvent, _ candidate: Int, _ link: Link) -> Int64 {
    let steps = Double(max(0, event.count - 1))
    var pitch = usual.steps > 0 ? usual.time / usual.steps : Double(byte)
    if candidate != Candidate.newcomer {
      let belief = beliefs[Int(link.rawValue) * Candidate.count + candidate]
      pitch = seen[candidate].pitch(
        believed: belief, within: (Double(byte) * Self.fastest)...(Double(byte) * Self.slowest))
      usual.time += pitch * steps
      usual.steps += steps
    }
    let time = Int64(min(pitch * steps, 1e18)) &+ byte
    // What the event's own times allow, and what its bits need.
    let least = max(event.end.earliest &- event.start.latest, Int64(Double(event.count) * Double(byte) * Self.fastest))
    return min(max(time, least), max(least, event.end.latest &- event.start.earliest))
  }

  /// The fastest sender known has bits this much shorter than nominal (protocol.md 5.3).
  private static let fastest = 0.975
  /// Nobody makes pauses of so many bytes between any two: a file that says so is damaged.
  private static let slowest = 32.0
}

/// What the packets of an adapter show of one sender's pitch: little of a frame, but on average something.
///
/// A byte waits equally long for its packet at the begin of a frame and at its end, on average. So the middles of what
/// packets allow are as far apart as the frames were long, but for frames inside one packet, whose bytes were put back to
/// back: of those nothing is seen.
private struct PacketPitch: Sendable {
  /// Nanoseconds that are seen of the frames' steps from byte to byte.
  private var time = 0.0
  private var steps = 0.0
  /// Frames of which something is seen.
  private var count = 0.0

  mutating func learn(_ event: BusEvent, byte: Int64) {
    let steps = Double(event.count - 1)
    // A file that tells the start alone says nothing of the end: each byte is less certain than the one before it.
    guard steps > 0, event.end.error &- event.start.error != (Int64(event.count) - 1) &* byte &+ 1 else { return }
    self.steps += steps
    let together = steps * Double(byte) / Self.speedUp
    let apart = Double(event.end.latest &- event.start.latest &- byte)
    guard abs(apart - together) > Self.rounding else { return }
    time += Double(event.duration &- byte)
    count += 1
  }

  /// Bytes of one packet are put so much closer than nominal (`PacketClock`).
  private static let speedUp = 1.025
  private static let rounding = 2_000.0

  /// Nanoseconds from start bit to start bit: what is believed, unless what was seen is clearly something else.
  func pitch(believed: Double, within possible: ClosedRange<Double>) -> Double {
    guard count > 0, time > 0 else { return believed }
    let pitch = time / steps
    let difference = abs(pitch - believed)
    // Nearly always so: for the rest a root is needed.
    guard difference > Self.tolerance * believed else { return believed }
    // How many frames would be seen by chance, if it were as believed.
    let expected = believed * steps / (time / count)
    let doubt = Self.tolerance + Self.surely / expected.squareRoot()
    guard difference > doubt * believed else { return believed }
    return min(max(pitch, possible.lowerBound), possible.upperBound)
  }

  /// Adapters that hand over at the end of a frame, or when their memory is half full, are off by nearly so much.
  private static let tolerance = 0.25
  /// Standard deviations.
  private static let surely = 2.5
}
