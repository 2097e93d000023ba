import CaptureFiles
import NinebotBus
import UartSniffer

/// A recording read to its end and decoded, tap by tap.
struct DecodedRecording {
  struct Event {
    var tap: Int
    var event: BusEvent
    var bytes: [UInt8]
  }

  var taps: [Tap] = []
  var bytes: [[UInt8]] = []
  var times: [[ByteTime]] = []
  /// Events of all taps by start.
  var events: [Event] = []
  /// What ended the recording early.
  var defect: InputError?
  /// Chunks that were out of order in time by more than a slice allows.
  var chunks = 0

  init(_ source: any RecordedSource) {
    var source = source
    var decoders: [FrameDecoder] = []
    do throws(InputError) {
      while let chunk = try source.next() {
        chunks += 1
        while decoders.count <= chunk.tap {
          decoders.append(FrameDecoder())
          bytes.append([])
          times.append([])
        }
        bytes[chunk.tap] += chunk.bytes
        times[chunk.tap] += chunk.times
        decoders[chunk.tap].push(chunk.bytes.span, times: chunk.times.span)
        take(decoders[chunk.tap], chunk.tap)
        if let time = chunk.silentUntil {
          decoders[chunk.tap].advance(to: time)
          take(decoders[chunk.tap], chunk.tap)
        }
      }
    } catch {
      defect = error
    }
    for tap in decoders.indices {
      decoders[tap].finish()
      take(decoders[tap], tap)
    }
    taps = source.taps
    events.sort { $0.event.start.middle < $1.event.start.middle }
  }

  private mutating func take(_ decoder: FrameDecoder, _ tap: Int) {
    for event in decoder.events {
      events.append(Event(tap: tap, event: event, bytes: Array(decoder.buffer[event.range])))
    }
  }

  /// The sound frames of one tap.
  func frames(_ tap: Int = 0) -> [[UInt8]] {
    events.filter { $0.tap == tap && $0.event.checksumHolds }.map(\.bytes)
  }
}
