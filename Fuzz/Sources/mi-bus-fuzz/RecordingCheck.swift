import BusTimeline
import CaptureFiles
import NinebotBus
import ScooterProfiles
import UartSniffer

/// What must hold for every recording: it ends, each byte has a time or none has, taps only grow, and the decoder and
/// the attribution behind it lose nothing.
struct RecordingCheck {
  private static let profile = try? ProfileLibrary(folder: "").profile()
  /// No input of a fuzzer makes more than this; what does would make any amount.
  private static let mostBytes = 1 << 26

  static func run(_ open: () throws(InputError) -> any RecordedSource) {
    guard let profile, var source = try? open() else { return }
    var stream = AttributedStream(
      attributor: Attributor(profile: profile, patience: .recorded), pause: 2_000_000, sink: Results())
    var tapCount = 0
    var read = 0
    do throws(InputError) {
      while let chunk = try source.next() {
        require(source.taps.count >= tapCount, "taps only grow")
        tapCount = source.taps.count
        require(chunk.tap >= 0 && chunk.tap < tapCount, "a chunk belongs to a tap")
        require(chunk.times.isEmpty || chunk.times.count == chunk.bytes.count, "each byte has a time, or none has")
        read += chunk.bytes.count
        require(read <= mostBytes, "a small file makes no endless stream")
        stream.name(taps: source.taps)
        stream.push(chunk)
      }
    } catch {
      require(!error.description.isEmpty, "an error has words")
    }
    _ = source.warnings.map(\.description)
    stream.finish()
    require(stream.sink.bytes == read, "no byte is lost")
  }

  private struct Results: AttributedEventSink {
    var bytes = 0
    var traffic = TrafficTable()

    mutating func take(_ event: AttributedEvent, bytes: Span<UInt8>) {
      require(Int(event.event.count) == bytes.count, "an event comes with its bytes")
      self.bytes += bytes.count
      require(event.airTime.map { $0 >= 0 } ?? true, "nothing takes less than no time")
      traffic.push(event.event, reading: event.reading, tap: event.tap, airTime: event.airTime)
    }
  }
}
