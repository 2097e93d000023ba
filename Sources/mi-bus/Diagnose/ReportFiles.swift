import CaptureFiles
import NinebotBus

/// The files that a diagnosis can leave behind.
struct ReportFiles {
  let html: String?
  let perfetto: String?

  func write(_ result: DiagnoseRun.Result, title: String, profile: Profile) throws {
  }
}
