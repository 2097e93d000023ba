import BusMonitor
import BusTimeline
import CaptureFiles
import SystemPackage
import UartSniffer

/// The monitor on ports and sockets.
struct LiveMonitor: ~Copyable, LiveConsumer {
  private var stream: AttributedStream<Monitor>
  private var desk: MonitorDesk
  private let clock: CaptureClock
  private let system = KernelSerial()

  /// Events wait so long for evidence (`Attributor.Patience.live`), in nanoseconds: the screen shows that moment.
  private static let patience: Int64 = 250_000_000

  init(stream: consuming AttributedStream<Monitor>, desk: consuming MonitorDesk, clock: CaptureClock) {
    self.stream = stream
    self.desk = desk
    self.clock = clock
  }

  var isFull: Bool { desk.isOver(stream.sink) }
  var descriptors: [FileDescriptor] { desk.descriptors }
  var deadline: Int64 { desk.deadline }

  mutating func push(_ chunk: ByteChunk) { stream.push(chunk) }

  mutating func flush() {
    stream.sink.advance(to: system.now() - clock.monotonic - Self.patience)
    desk.serve(&stream.sink)
  }

  mutating func note(_ text: String) { stream.sink.tell(text) }

  /// All sources have ended: the last picture stays until the person has seen it.
  ///
  /// - Parameter failure: what ended the last one before its time.
  mutating func linger(until end: Int64, after failure: InputError?) {
    stream.finish()
    note(failure?.description ?? "nothing more comes; q quits")
    while !isFull, system.now() < end {
      desk.serve(&stream.sink)
      desk.wait(until: end)
    }
  }
}
