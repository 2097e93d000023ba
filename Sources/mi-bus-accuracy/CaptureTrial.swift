import BusTimeline
import BusTrials
import CaptureFiles
import Foundation
import NinebotBus
import ScooterSim
import UartSniffer

/// A real stock recording, seen through each time quality: whose address and command it is has sent it.
///
/// The recordings are no part of the project; where they are not there, the rows are left out by name.
struct CaptureTrial {
  /// The recordings of stock scooters, and the links that they were made on.
  static let names = ["m365-esc-ble-eco-flashlight", "m365-esc-bms-two-way", "m365-bms-emulator"]

  /// The folder, or nil where there is none.
  static let folder: String? = {
    let beside = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../shared/captures")
    let path = ProcessInfo.processInfo.environment["MI_BUS_CAPTURES"] ?? beside.standardizedFileURL.path
    return FileManager.default.fileExists(atPath: path) ? path : nil
  }()

  let name: String
  let quality: Quality

  /// Each tap with bytes as a run of its own.
  func run(profile: Profile, folder: String) throws -> AttributionScore {
    var source = LogicRecording(try SaleaeLogic1(path: "\(folder)/\(name).logicdata"))
    var chunks: [ByteChunk] = []
    while let chunk = try source.next() { chunks.append(chunk) }
    var score = AttributionScore()
    for tap in Set(chunks.map(\.tap)).sorted() {
      run(chunks.filter { $0.tap == tap }, profile: profile, into: &score)
    }
    return score
  }

  private func run(_ chunks: [ByteChunk], profile: Profile, into score: inout AttributionScore) {
    let tap = Tap(name: name, detail: "capture", baud: .standard, quality: quality.tap)
    var stream = AttributedStream(
      attributor: Attributor(profile: profile, patience: .recorded), pause: 2_000_000, sink: StockTruth())
    stream.name(taps: [tap])
    var stage = QualityStage(quality, baud: .standard, seed: 1)
    var last: Int64 = 0
    for chunk in chunks {
      last = max(last, chunk.times.last?.start.latest ?? last)
      stream.push(stage.push(chunk.bytes, times(chunk.times), settled: last))
    }
    stream.push(stage.push([], [], settled: last + 200_000_000))
    stream.finish()
    for (finding, truth) in stream.sink.outcomes { score.add(finding, sender: truth) }
  }

  /// As something would have timed them that sees bytes only.
  private func times(_ times: [ByteTime]) -> [ByteTime] {
    guard case .bytes = quality else { return times }
    return times.map { ByteTime(start: TimeBounds($0.start.middle, error: 20_000), fault: $0.fault) }
  }
}

private struct StockTruth: AttributedEventSink {
  private(set) var outcomes: [(Finding, Party)] = []

  mutating func take(_ event: AttributedEvent, bytes: Span<UInt8>) {
    guard event.event.checksumHolds, let reading = event.reading, let finding = event.finding else { return }
    let sender: Party =
      switch reading.stockSender {
      case .esc: .esc
      case .bms, .externalBms: .bms
      default: .ble
      }
    outcomes.append((finding, sender))
  }
}
