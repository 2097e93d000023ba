import BusTimeline
import CaptureFiles
import NinebotBus
import ScooterProfiles
import UartSniffer

/// What must hold for every recording: it ends, each byte has a time or none has, taps only grow, what a file kept of
/// its frames is what their bytes say, and the decoder and the attribution behind it lose nothing.
struct RecordingCheck {
  private static let profile = try? ProfileLibrary(folder: "").profile()
  /// No input of a fuzzer makes more than this; what does would make any amount.
  private static let mostBytes = 1 << 26

  static func run(_ open: () throws(InputError) -> any RecordedSource) {
    guard let profile, var source = try? open() else { return }
    var stream = AttributedStream(
      attributor: Attributor(profile: profile, patience: .recorded), pause: 2_000_000, sink: Results())
    var twins = Twins()
    var tapCount = 0
    var read = 0
    do throws(InputError) {
      while let chunk = try source.next() {
        require(source.taps.count >= tapCount, "taps only grow")
        tapCount = source.taps.count
        require(chunk.tap >= 0 && chunk.tap < tapCount, "a chunk belongs to a tap")
        let bytewise = chunk.withByteTimes(at: source.taps[chunk.tap].baud ?? .standard)
        require(
          bytewise.times.isEmpty || bytewise.times.count == chunk.bytes.count, "each byte has a time, or none has")
        if !chunk.recorded.isEmpty { twins.push(chunk, bytewise, source.taps) }
        read += chunk.bytes.count
        require(read <= mostBytes, "a small file makes no endless stream")
        stream.name(taps: source.taps)
        stream.push(chunk)
      }
    } catch {
      require(!error.description.isEmpty, "an error has words")
    }
    twins.finish()
    _ = source.warnings.map(\.description)
    stream.finish()
    require(stream.sink.bytes == read, "no byte is lost")
  }

  /// The same recording by the frames that a file kept, and by its bytes alone.
  private struct Twins {
    private var kept: [Stream] = []
    private var bytewise: [Stream] = []

    /// Of one tap.
    private struct Stream {
      var stream = EventStream()
      var events = Events()

      mutating func push(_ chunk: ByteChunk) { stream.push(chunk, into: &events) }
      mutating func finish() { stream.finish(into: &events) }
    }

    private struct Events: BusEventSink {
      var list: [BusEvent] = []
      mutating func take(_ event: BusEvent, tap: Int, bytes: Span<UInt8>) {
        var event = event
        event.offset = 0
        list.append(event)
      }
    }

    mutating func push(_ chunk: ByteChunk, _ other: ByteChunk, _ taps: [Tap]) {
      while kept.count < taps.count {
        var stream = Stream()
        stream.stream.add(taps: [taps[kept.count]], pause: 2_000_000)
        kept.append(stream)
        bytewise.append(stream)
      }
      let tap = chunk.tap
      var (chunk, other) = (chunk, other)
      (chunk.tap, other.tap) = (0, 0)
      kept[tap].push(chunk)
      bytewise[tap].push(other)
      compare(tap)
    }

    mutating func finish() {
      for tap in kept.indices {
        kept[tap].finish()
        bytewise[tap].finish()
        compare(tap)
        require(kept[tap].events.list.isEmpty && bytewise[tap].events.list.isEmpty, "both ways find as many events")
      }
    }

    /// What both ways found must be the same; one may be ahead of the other.
    private mutating func compare(_ tap: Int) {
      let count = min(kept[tap].events.list.count, bytewise[tap].events.list.count)
      require(
        kept[tap].events.list[..<count] == bytewise[tap].events.list[..<count], "a file's frame is what its bytes say")
      kept[tap].events.list.removeFirst(count)
      bytewise[tap].events.list.removeFirst(count)
    }
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
