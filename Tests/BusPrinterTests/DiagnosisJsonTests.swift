import BusTimeline
import Foundation
import NinebotBus
import Testing

@testable import BusPrinter

@Suite("A diagnosis in JSON")
struct DiagnosisJsonTests {
  @Test("the alignment says what it knows of the drift")
  func alignment() throws {
    var diagnosis = Diagnosis()
    diagnosis.alignment = .found(
      .init(
        first: Diagnosis.Offset(time: 0, offset: -0.3271, bound: 0.0041),
        best: Diagnosis.Offset(time: 30, offset: -0.3267, bound: 0.0021),
        drift: ClockDrift(rate: -12.4, bound: 3.1), pairs: 512,
        replies: Diagnosis.Residuals(median: 0.0125, p95: 0.031)))
    var out = TextBuffer()
    DiagnosisWriter(diagnosis, style: Style(coloured: false)).json(to: &out)
    let object = try #require(try JSONSerialization.jsonObject(with: Data(out.bytes)) as? [String: Any])
    let alignment = try #require(object["alignment"] as? [String: Any])
    #expect(alignment["drift_ppm"] as? Double == -12.4)
    #expect(alignment["drift_bound_ppm"] as? Double == 3.1)
    #expect(alignment["offset_s"] as? Double == -0.3271)
    #expect(alignment["pairs"] as? Int == 512)
    let residuals = try #require(alignment["residuals"] as? [String: [String: Double]])
    #expect(residuals == ["replies": ["median_s": 0.0125, "p95_s": 0.031]])
  }

  @Test("a drift that the messages do not tell is null, with what it can be at most")
  func unknownDrift() throws {
    var diagnosis = Diagnosis()
    let offset = Diagnosis.Offset(time: 0, offset: 1, bound: 0.01)
    diagnosis.alignment = .found(
      .init(first: offset, best: offset, drift: ClockDrift(rate: nil, bound: 260e-6 * 1e6), pairs: 12))
    var out = TextBuffer()
    DiagnosisWriter(diagnosis, style: Style(coloured: false)).json(to: &out)
    let object = try #require(try JSONSerialization.jsonObject(with: Data(out.bytes)) as? [String: Any])
    let alignment = try #require(object["alignment"] as? [String: Any])
    #expect(alignment["drift_ppm"] is NSNull)
    #expect(alignment["drift_bound_ppm"] as? Double == 260)
  }

  @Test("a second recording's clock is told with its bound, or why not")
  func recordingClocks() throws {
    var diagnosis = Diagnosis()
    let offset = TimeBounds(earliest: 99_998_000_000, latest: 100_002_000_000)
    diagnosis.recordingClocks = [
      .init(
        name: "b.pcapng",
        difference: .success(
          ClockDifference(time: 0, offset: offset, drift: ClockDrift(rate: 30, bound: 2), pairs: 40))),
      .init(name: "c.pcapng", difference: .failure(.nothingInCommon)),
    ]
    var out = TextBuffer()
    DiagnosisWriter(diagnosis, style: Style(coloured: false)).json(to: &out)
    let object = try #require(try JSONSerialization.jsonObject(with: Data(out.bytes)) as? [String: Any])
    let clocks = try #require(object["recording_clocks"] as? [[String: Any]])
    #expect(clocks.first?["offset_s"] as? Double == 100)
    #expect(clocks.first?["bound_s"] as? Double == 0.002)
    #expect(clocks.first?["drift_ppm"] as? Double == 30 && clocks.first?["drift_bound_ppm"] as? Double == 2)
    #expect(clocks.first?["agrees"] as? Bool == false)
    #expect(clocks.last?["refused"] as? String != nil)
  }
}
