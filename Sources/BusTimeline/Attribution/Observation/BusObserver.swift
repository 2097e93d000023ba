import NinebotBus
import UartSniffer

/// What each event of a bus shows of its sender by itself and by those around it, before anybody is named: what it says,
/// whose it claims to be, its timing, and its place in the rhythm.
///
/// It learns nothing from what is decided, so that it can run ahead in a thread of its own: see `ObservedStream`.
public struct BusObserver: Sendable {
  private var readings: RecentReadings
  private let links: [Link]
  private var detectors: [LinkDetector] = []
  private var wires: [WireObserver] = []
  /// Number of the next event.
  private var next: Int64 = 0

  /// What was seen of one event. What became clear of earlier ones with it is in `clear(on:)`.
  struct Sight {
    var reading: FrameReading?
    var claim: Claim
    var measurement: Measurement
    /// What the tap turned out to listen to.
    var link: Link?
    var isClear: Bool
  }

  init(profile: Profile, links: [Link]) {
    readings = RecentReadings(profile)
    self.links = links
  }

  var profile: Profile { readings.profile }

  /// Makes room for taps that became known.
  mutating func add(taps: [Tap]) {
    for tap in taps.dropFirst(wires.count) {
      wires.append(
        WireObserver(quality: tap.quality, baud: tap.baud ?? .standard, slot: profile.timing.slot?.typical))
      detectors.append(LinkDetector())
    }
  }

  /// What the last event made clear of requests before it on the same tap.
  @inline(__always)
  func clear(on tap: Int) -> [ClearRhythm] { wires[tap].clear }

  /// Which stretch of wire a tap listens to, as told or found.
  private func link(of tap: Int) -> Link { tap < links.count ? links[tap] : detectors[tap].link ?? .escBle }

  /// Takes the next event in order of time.
  @inline(__always)
  mutating func observe(_ event: BusEvent, tap: Int, bytes: Span<UInt8>) -> Sight {
    var reading = event.kind == .frame ? readings.read(bytes, on: link(of: tap)) : nil
    var link: Link?
    if event.checksumHolds, let seen = reading, tap >= links.count, detectors[tap].link == nil {
      detectors[tap].push(seen)
      if detectors[tap].link == .escBms {
        link = .escBms
        reading = readings.read(bytes, on: .escBms)
      }
    }
    let claim = event.checksumHolds ? reading.map { Claim($0) } ?? .none : .none
    let (measurement, isClear) = wires[tap].observe(event, claim, reading, id: next, bytes)
    next += 1
    return Sight(reading: reading, claim: claim, measurement: measurement, link: link, isClear: isClear)
  }
}
