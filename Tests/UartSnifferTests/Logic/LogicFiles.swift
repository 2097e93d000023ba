import CMinizip
import Foundation
import UartSniffer

/// Writes the edges of up to eight channels in each format that is read, as small as the format allows.
struct LogicFiles {
  let waveforms: [Waveform]
  let rate: Double

  init(_ waveforms: [Waveform], rate: Double = 24_000_000) {
    self.waveforms = waveforms
    self.rate = rate
  }

  private var length: Int64 { waveforms.map { $0.length(rate: rate) }.max() ?? 0 }
  private var edges: [Edge] {
    waveforms.enumerated().flatMap { $1.edges(rate: rate, channel: $0) }.sorted { $0.tick < $1.tick }
  }

  /// One byte a sample, or more.
  func raw(unit: Int = 1) -> [UInt8] {
    var samples: [UInt8] = []
    samples.reserveCapacity(Int(length) * unit)
    var level: UInt64 = 0
    var tick: Int64 = 0
    for edge in edges + [Edge(tick: length, level: true)] {
      // Doubling is fast even where nothing is optimised.
      let count = Int(edge.tick - tick) * unit
      var run = (0..<unit).map { UInt8(truncatingIfNeeded: level >> UInt64($0 * 8)) }
      while run.count < count { run += run }
      samples += run.prefix(count)
      tick = edge.tick
      level = edge.level ? level | 1 << UInt64(edge.channel) : level & ~(1 << UInt64(edge.channel))
    }
    return samples
  }

  func valueChangeDump() -> String {
    var text = """
      $date today $end
      $comment made for a test $end
      $timescale 1 ns $end
      $scope module top $end
      $var wire 8 v bus $end

      """
    for channel in waveforms.indices { text += "$var wire 1 \(id(channel)) D\(channel) $end\n" }
    text += "$upscope $end\n$enddefinitions $end\n#0\n$dumpvars\nb0101 v\n"
    var tick: Int64 = -1
    for edge in edges {
      if edge.tick != tick, edge.tick > 0 { text += "#\(nanoseconds(edge.tick))\n" }
      tick = edge.tick
      text += "\(edge.level ? 1 : 0)\(id(edge.channel))\n"
    }
    return text + "#\(nanoseconds(length))\n"
  }

  private func id(_ channel: Int) -> String { channel == 0 ? "!" : "n\(channel)" }
  private func nanoseconds(_ tick: Int64) -> Int64 { Int64((Double(tick) * 1e9 / rate).rounded()) }

  func saleaeCSV() -> String {
    var text = "Time [s]," + waveforms.indices.map { "Channel \($0)" }.joined(separator: ",") + "\r\n"
    var levels = waveforms.map { _ in true }
    let edges = edges
    for (index, edge) in edges.enumerated() {
      levels[edge.channel] = edge.level
      if index + 1 < edges.count, edges[index + 1].tick == edge.tick { continue }
      let time = String(format: "%.9f", Double(edge.tick) / rate)
      text += time + "," + levels.map { $0 ? "1" : "0" }.joined(separator: ",") + "\r\n"
    }
    return text
  }

  /// A sigrok session whose samples are cut into members of `piece` bytes.
  func sigrok(to path: String, unit: Int = 1, piece: Int = 1 << 20, metadata: Bool = true) throws {
    guard let zip = zipOpen64(path, APPEND_STATUS_CREATE) else { throw CannotWrite() }
    defer { zipClose(zip, nil) }
    func add(_ name: String, _ bytes: [UInt8]) throws {
      let opened = zipOpenNewFileInZip64(
        zip, name, nil, nil, 0, nil, 0, nil, 8 /* deflate */, 1, 0)
      guard opened == ZIP_OK, zipWriteInFileInZip(zip, bytes, UInt32(bytes.count)) == ZIP_OK else {
        throw CannotWrite()
      }
      guard zipCloseFileInZip(zip) == ZIP_OK else { throw CannotWrite() }
    }
    try add("version", Array("2".utf8))
    var ini = "[global]\nsigrok version=0.5.2\n\n[device 1]\ncapturefile=logic-1\ntotal probes=\(waveforms.count)\n"
    ini += "samplerate=\(Int(rate / 1e6)) MHz\ntotal analog=0\n"
    for channel in waveforms.indices { ini += "probe\(channel + 1)=D\(channel)\n" }
    ini += "unitsize=\(unit)\n"
    if metadata { try add("metadata", Array(ini.utf8)) }
    let samples = raw(unit: unit)
    for (number, start) in stride(from: 0, to: samples.count, by: piece).enumerated() {
      try add("logic-1-\(number + 1)", Array(samples[start..<min(start + piece, samples.count)]))
    }
  }

  /// A `.logicdata` whose first kept sample is `kept`; all times are later by that in the file.
  func logicdata(kept: Int64 = 1_000) -> [UInt8] {
    var bytes: [UInt8] = [0x7F]
    for value in [10, 10] as [Int64] { bytes += scalar(value) }
    bytes += Array("Data save2".utf8)
    for value in [0x15, 0x54, Int64(rate), 0, length, 0] as [Int64] { bytes += scalar(value) }
    bytes += Array("settings that nobody reads".utf8)
    for (channel, waveform) in waveforms.enumerated() {
      bytes += [0x01, 0x16] + (channel == 0 ? [0x01, 0x54, 0x01, 0x15] : [])
      bytes += block(waveform.edges(rate: rate), channel: channel, kept: kept)
    }
    return bytes + [0, 0, 0, 1, 1, 1, 1, 0]
  }

  private func block(_ edges: [Edge], channel: Int, kept: Int64) -> [UInt8] {
    let last = (edges.last?.tick ?? 0) + kept
    let total = length + kept
    let hasRuns = edges.count > 1
    var bytes: [UInt8] = []
    for value in [Int64(channel + 1), kept, total, 1, hasRuns ? last : 0, total - last, 1, hasRuns ? 2 : 5] {
      bytes += scalar(value)
    }
    if channel == 0 { bytes += [0, 1, 0x15] }
    for _ in 0..<5 { bytes += [0] }
    var arrays: [[UInt8]] = [[], [], [], []]
    var records: [[Int64]] = []
    var width = -1
    for (index, edge) in edges.dropLast().enumerated() {
      let start = index == 0 ? 0 : edge.tick + kept
      let length = edges[index + 1].tick + kept - start
      let next = length < 0x80 ? 0 : length < 0x8000 ? 1 : length < 0x8000_0000 ? 2 : 3
      let size = 1 << next
      if next != width || index % 10 == 0 {
        records.append([start, Int64(arrays[next].count / size), -1, Int64(next + 1)])
        width = next
      }
      let entry = UInt64(length) | (edge.level ? 1 << UInt64(size * 8 - 1) : 0)
      arrays[next] += (0..<size).map { UInt8(truncatingIfNeeded: entry >> UInt64($0 * 8)) }
    }
    for (power, array) in arrays.enumerated() { bytes += counts(array.count >> power) + array }
    bytes += [0, 1, 0x15] + counts(records.count)
    for value in records.joined() { bytes += (0..<8).map { UInt8(truncatingIfNeeded: value >> Int64($0 * 8)) } }
    return bytes
  }

  private func counts(_ n: Int) -> [UInt8] {
    [n, 0, n, n >> 15, n & 0x7FFF].flatMap { scalar(Int64($0)) }
  }

  private func scalar(_ value: Int64) -> [UInt8] {
    var bytes: [UInt8] = []
    var rest = UInt64(value)
    while rest > 0 {
      bytes.append(UInt8(truncatingIfNeeded: rest))
      rest >>= 8
    }
    return [UInt8(bytes.count)] + bytes
  }
}

struct CannotWrite: Error {}

/// A file that is deleted when the test is done with it.
func withFile<R>(_ bytes: [UInt8], named name: String = "recording", _ body: (String) throws -> R) throws -> R {
  let path = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString)-\(name)").path
  defer { try? FileManager.default.removeItem(atPath: path) }
  try Data(bytes).write(to: URL(filePath: path))
  return try body(path)
}
