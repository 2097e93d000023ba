import CaptureFiles
import SystemPackage

/// A file that is read at any place; closed with its last reference.
final class RandomAccessFile: Sendable {
  let name: String
  /// Bytes in the file when it was opened.
  let size: Int64
  private let descriptor: FileDescriptor

  init(path: String) throws(InputError) {
    name = path
    do {
      descriptor = try FileDescriptor.open(FilePath(path), .readOnly, options: .closeOnExec)
    } catch {
      throw InputError(path, "cannot be opened: \(error)")
    }
    do {
      size = try descriptor.seek(offset: 0, from: .end)
    } catch {
      try? descriptor.close()
      throw InputError(path, "cannot be read from any place: \(error)", remedy: "save it to a file first")
    }
  }

  deinit { try? descriptor.close() }

  /// The bytes from `offset` on, `count` of them or as many as there are.
  func read(at offset: Int64, count: Int) throws(InputError) -> [UInt8] {
    guard offset >= 0, offset < size, count > 0 else { return [] }
    let count = Int(min(Int64(count), size - offset))
    do {
      return try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
        while filled < count {
          let got = try descriptor.read(
            fromAbsoluteOffset: offset + Int64(filled),
            into: UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[filled...]))
          if got == 0 { break }
          filled += got
        }
      }
    } catch {
      throw InputError(name, "cannot be read: \(error)")
    }
  }
}

/// A window that moves forward over a part of a file.
struct FileWindow: Sendable {
  private let file: RandomAccessFile
  private var bytes: [UInt8] = []
  /// Where `bytes` starts in the file.
  private var start: Int64 = 0
  private let size: Int

  init(_ file: RandomAccessFile, size: Int) {
    self.file = file
    self.size = size
  }

  /// The little-endian number of `width` bytes (1, 2, 4 or 8) at `offset`; nil past the end of the file.
  mutating func number(at offset: Int64, width: Int) throws(InputError) -> UInt64? {
    if offset < start || offset + Int64(width) > start + Int64(bytes.count) {
      bytes = try file.read(at: offset, count: size)
      start = offset
      guard bytes.count >= width else { return nil }
    }
    let from = Int(offset - start)
    var value: UInt64 = 0
    for index in (from..<(from + width)).reversed() { value = value << 8 | UInt64(bytes[index]) }
    return value
  }
}

/// The last part of a path, for what people read.
func lastPathComponent(_ path: String) -> String {
  path.split(separator: "/").last.map(String.init) ?? path
}
