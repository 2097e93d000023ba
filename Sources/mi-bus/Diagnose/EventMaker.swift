import BusTimeline
import CaptureFiles
import UartSniffer

/// Makes events of a recording's bytes, with what each shows of its sender.
struct EventMaker: PieceMaker {
  private var stream: ObservedStream
  private var state = State.reading

  private enum State {
    case reading
    /// All events are out; what is left to tell is how the recording ended.
    case ended(InputError?)
  }

  /// - Parameter stream: without taps.
  init(_ stream: ObservedStream) { self.stream = stream }

  mutating func next(from source: inout any RecordedSource) throws(InputError) -> ObservedEvents? {
    if case .ended(let defect) = state {
      if let defect { throw defect }
      return nil
    }
    do throws(InputError) {
      while let chunk = try source.next() {
        stream.name(taps: source.taps)
        stream.push(chunk)
        if stream.isFull { return stream.take() }
      }
      state = .ended(nil)
    } catch {
      state = .ended(error)
    }
    stream.finish()
    let rest = stream.take()
    return rest.count > 0 ? rest : try next(from: &source)
  }
}
