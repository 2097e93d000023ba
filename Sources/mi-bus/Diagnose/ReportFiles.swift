import BusReport
import BusTimeline
import CaptureFiles
import NinebotBus

/// The files that a diagnosis can leave behind. A file that exists is replaced: a report is made again from its capture.
struct ReportFiles {
  let html: String?
  let perfetto: String?

  func write(_ result: DiagnoseRun.Result, title: String, phone: String?, profile: Profile) throws {
    guard html != nil || perfetto != nil else { return }
    let sample = TimelineSample(result.items)
    if let html {
      let report = HtmlReport(
        title: title, phoneTitle: phone, diagnosis: result.diagnosis, senders: rows(result.senders, profile),
        sample: sample)
      try write(to: html) { sink throws(OutputError) in try report.write(into: &sink) }
    }
    if let perfetto {
      try write(to: perfetto) { sink throws(OutputError) in
        try PerfettoTrace.write(sample, into: &sink)
      }
    }
    if result.leftOut > 0 {
      Messages.note("\(result.leftOut) usual frames are not in the pictures: there are too many")
    }
  }

  private func write(to path: String, _ body: (inout DescriptorSink) throws(OutputError) -> Void) throws {
    try ReplacedFile.write(to: path, body)
    Messages.note("written: \(path)")
  }

  private func rows(_ table: SenderTable, _ profile: Profile) -> [SenderRow] {
    table.senders.map { sender in
      SenderRow(
        sender: sender.transmitter, frames: sender.frames, share: table.share(of: sender),
        bitClock: sender.bitClock.first.map { Double($0.mean) },
        pitch: sender.pitch.first.map { Double($0.mean) * 1000 },
        messages: sender.kinds.sorted { $0.count > $1.count }.map { kind in
          .init(
            subject: kind.block.subject, number: kind.block.register, name: profile.string(kind.reading.register),
            count: kind.count, rate: kind.rate ?? 0)
        })
    }
  }
}
