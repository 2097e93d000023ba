/// What hides the content of a file: a compression, or an encoding of text that no format here has.
///
/// Told by the first bytes: RFC 1952 (gzip), the .xz file format 1.2, bzip2's `BZh` with the digits of pi that begin a
/// block, RFC 8878 (zstd), the LZ4 frame format, 7zFormat.txt, and the byte order marks of Unicode.
public enum Wrapping: String, Hashable, Sendable, CaseIterable {
  case gzip, bzip2, xz, zstd, lz4
  case sevenZip = "7-Zip"
  case utf16 = "UTF-16"

  /// How many first bytes are enough.
  public static let prefixLength = 64

  /// Nil where the bytes are those of none.
  public init?(prefix: [UInt8]) {
    guard let found = Self.allCases.first(where: { $0.recognises(prefix) }) else { return nil }
    self = found
  }

  private func recognises(_ prefix: [UInt8]) -> Bool {
    switch self {
    // Method, flags without the reserved ones, and a level that there is: three bytes alone may be a line's.
    case .gzip:
      prefix.starts(with: [0x1F, 0x8B, 8]) && prefix.count >= 10 && prefix[3] & 0xE0 == 0
        && [0, 2, 4].contains(prefix[8])
    case .bzip2:
      prefix.starts(with: Array("BZh".utf8)) && prefix.count >= 10 && (0x31...0x39).contains(prefix[3])
        && prefix[4..<10].elementsEqual([0x31, 0x41, 0x59, 0x26, 0x53, 0x59])
    case .xz: prefix.starts(with: [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0])
    case .zstd: prefix.starts(with: [0x28, 0xB5, 0x2F, 0xFD])
    case .lz4: prefix.starts(with: [0x04, 0x22, 0x4D, 0x18])
    case .sevenZip: prefix.starts(with: [0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C])
    case .utf16: Self.isUTF16(prefix)
    }
  }

  /// A mark, then characters as texts of recordings have them: a bus may send the mark's bytes too.
  private static func isUTF16(_ prefix: [UInt8]) -> Bool {
    let low: Int
    switch prefix.prefix(2) {
    case [0xFF, 0xFE]: low = 0
    case [0xFE, 0xFF]: low = 1
    default: return false
    }
    let units = (prefix.count - 2) / 2
    return units >= 4
      && (0..<min(units, 16)).allSatisfy { unit in
        let (character, high) = (prefix[2 + 2 * unit + low], prefix[2 + 2 * unit + 1 - low])
        return high == 0 && ((0x20..<0x7F).contains(character) || (0x09...0x0D).contains(character))
      }
  }

  /// The program that takes it off, for standard input.
  private var filter: String {
    switch self {
    case .gzip: "gunzip"
    case .bzip2: "bunzip2"
    case .xz: "unxz"
    case .zstd: "unzstd"
    case .lz4: "unlz4"
    case .sevenZip: "7z x -so"
    case .utf16: "iconv -f UTF-16 -t UTF-8"
    }
  }

  /// What is wrong with an input that is wrapped, and the command that unwraps it.
  ///
  /// - Parameters:
  ///   - name: what errors call the input.
  ///   - path: where it lies; nil for a stream.
  public func error(_ name: String, path: String?) -> InputError {
    let cause = self == .utf16 ? "is text in UTF-16" : "is compressed with \(rawValue)"
    guard let path else { return InputError(name, cause, remedy: "pipe it through \(filter) first") }
    let verb = self == .utf16 ? "save it as UTF-8" : "unpack it"
    let input = self == .sevenZip ? "'\(path)'" : "< '\(path)'"
    return InputError(name, cause, remedy: "\(verb): \(filter) \(input) > NEW-FILE")
  }
}
