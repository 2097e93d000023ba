internal import CMinizip
internal import Synchronization
internal import SystemPackage

/// One open handle of minizip; closed with its last reference.
final class ZipHandle: Sendable {
  /// Where a member's entry lies in the directory.
  struct Place: Hashable, Sendable {
    var directoryOffset: UInt64
    var index: UInt64
  }

  /// What the directory says of one member.
  struct Entry {
    var name: String
    var size: UInt64
    var packedSize: UInt64
    var place: Place
    var obstacle: String?
  }

  let path: String
  /// Bytes of the archive itself.
  let fileSize: UInt64
  /// minizip keeps a position in the handle, so one call at a time.
  private let handle: Mutex<unzFile>

  init(path: String) throws(InputError) {
    self.path = path
    do {
      let file = try FileDescriptor.open(FilePath(path), .readOnly)
      fileSize = try file.closeAfter { UInt64(try file.seek(offset: 0, from: .end)) }
    } catch {
      throw InputError(path, "cannot be opened as a zip archive: \(error)", remedy: "give the path of a file")
    }
    guard let opened = unzOpen64(path) else {
      throw InputError(path, "is a damaged zip archive: it has no readable directory", remedy: "copy it again whole")
    }
    handle = Mutex(opened)
  }

  deinit {
    _ = handle.withLock { unzClose($0) }
  }

  /// The first entry of the directory; nil in an empty archive.
  func first() throws(InputError) -> Entry? { try step { unzGoToFirstFile($0) } }

  /// The entry after the current one.
  func next() throws(InputError) -> Entry? { try step { unzGoToNextFile($0) } }

  private func step(_ go: (unzFile) -> Int32) throws(InputError) -> Entry? {
    let found: Result<Entry?, InputError> = handle.withLock { handle in
      var global = unz_global_info64()
      guard unzGetGlobalInfo64(handle, &global) == UNZ_OK, global.number_entry > 0 else { return .success(nil) }
      let result = go(handle)
      if result == UNZ_END_OF_LIST_OF_FILE { return .success(nil) }
      guard result == UNZ_OK, let entry = ZipHandle.entry(handle) else {
        return .failure(InputError(path, "is a damaged zip archive: its directory breaks off"))
      }
      return .success(entry)
    }
    return try found.get()
  }

  private static func entry(_ handle: unzFile) -> Entry? {
    var info = unz_file_info64()
    var place = unz64_file_pos()
    // A name longer than this is cut, which can only make it not found.
    var name = [CChar](repeating: 0, count: 1024)
    guard
      unzGetCurrentFileInfo64(handle, &info, &name, UInt(name.count - 1), nil, 0, nil, 0) == UNZ_OK,
      unzGetFilePos64(handle, &place) == UNZ_OK
    else { return nil }
    let bytes = name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
    var obstacle: String?
    if info.flag & 1 != 0 { obstacle = "is encrypted" }
    if info.compression_method != 0, info.compression_method != 8 {
      obstacle = "is packed with method \(info.compression_method), which is not known here"
    }
    return Entry(
      name: String(decoding: bytes, as: UTF8.self), size: info.uncompressed_size, packedSize: info.compressed_size,
      place: Place(directoryOffset: place.pos_in_zip_directory, index: place.num_of_file), obstacle: obstacle)
  }

  /// Makes a member the one that `read` unpacks.
  func enter(_ place: Place, as name: String) throws(InputError) {
    let opened = handle.withLock { handle in
      var position = unz64_file_pos(pos_in_zip_directory: place.directoryOffset, num_of_file: place.index)
      return unzGoToFilePos64(handle, &position) == UNZ_OK && unzOpenCurrentFile(handle) == UNZ_OK
    }
    guard opened else { throw InputError(name, "is damaged: its header does not match the archive's directory") }
  }

  /// Appends at most `count` unpacked bytes; 0 is the end of a member whose CRC was right.
  func read(upTo count: Int, into bytes: inout [UInt8], as name: String) throws(InputError) -> Int {
    let count = min(count, 1 << 20)
    guard count > 0 else { return 0 }
    let before = bytes.count
    bytes.append(contentsOf: repeatElement(0, count: count))
    var got: Int32 = 0
    var crcHolds = true
    handle.withLock { handle in
      got = bytes.withUnsafeMutableBytes { buffer in
        unzReadCurrentFile(handle, buffer.baseAddress?.advanced(by: before), UInt32(count))
      }
      if got == 0 { crcHolds = unzCloseCurrentFile(handle) != UNZ_CRCERROR }
    }
    bytes.removeLast(count - max(0, Int(got)))
    guard got >= 0 else { throw InputError(name, "is damaged: it cannot be unpacked further") }
    guard crcHolds else { throw InputError(name, "is damaged: its CRC is wrong") }
    return Int(got)
  }
}
