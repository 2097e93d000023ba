import CaptureFiles
import TestSupport
import Testing

/// Inputs whose content is hidden.
@Suite struct WrappingTests {
  /// First bytes as the programs write them.
  static let wrapped: [(hex: String, wrapping: Wrapping)] = [
    ("1f8b0808a1b2c3d40003 782e637376", .gzip), ("1f8b0800000000000203ab", .gzip), ("425a68393141592653595a", .bzip2),
    ("fd377a585a000004e6d6", .xz), ("28b52ffd0458", .zstd), ("04224d186440", .lz4), ("377abcaf271c0004", .sevenZip),
    ("fffe 5400 6900 6d00 6500 2000 5b00", .utf16), ("feff 0054 0069 006d 0065 000d 000a", .utf16),
  ]

  @Test("what is packed is told by its first bytes", arguments: wrapped)
  func told(_ hex: String, _ wrapping: Wrapping) throws {
    #expect(Wrapping(prefix: hexBytes(hex)) == wrapping)
    let file = wrapping.error("x.csv", path: "x.csv")
    #expect(file.description.contains("< 'x.csv' > NEW-FILE") || wrapping == .sevenZip)
    #expect(wrapping.error("standard input", path: nil).description.contains("pipe it through"))
  }

  @Test(
    "what a bus may send is not",
    arguments: [
      "", "1f", "1f8b", "1f8b08", "1f8b08ff55aa03206500", "425a68", "fffe", "fffe55aa0320650077ff",
      "feff00550001aa03206500",
    ])
  func notTold(_ hex: String) { #expect(Wrapping(prefix: hexBytes(hex)) == nil) }
}
