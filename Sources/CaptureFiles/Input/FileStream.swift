internal import Glibc
internal import SystemPackage

/// A stream over a file that it opens itself; the file is closed with the stream's last copy.
///
/// Copies share the place in the file: read from one of them only.
public struct FileStream: ByteStream {
  /// Closes its descriptor at the end of its life.
  private final class Owner: Sendable {
    let descriptor: FileDescriptor
    init(_ descriptor: FileDescriptor) { self.descriptor = descriptor }
    deinit { try? descriptor.close() }
  }

  public var name: String { stream.name }
  private let owner: Owner
  private var stream: DescriptorStream

  /// Opens `path`; the error tells a missing file, a directory and a file that may not be read apart.
  public init(path: String) throws(InputError) {
    do {
      let descriptor = try FileDescriptor.open(FilePath(path), .readOnly, options: .closeOnExec)
      owner = Owner(descriptor)
      stream = DescriptorStream(descriptor, name: path)
    } catch {
      throw InputError.opening(path, error)
    }
    // A directory opens, but no read of it succeeds, not even one of nothing.
    do {
      _ = try owner.descriptor.read(into: UnsafeMutableRawBufferPointer(start: nil, count: 0))
    } catch {
      throw InputError.opening(path, error)
    }
  }

  public mutating func read(upTo count: Int, into bytes: inout [UInt8]) throws(InputError) -> Int {
    try stream.read(upTo: count, into: &bytes)
  }

  public var length: UInt64? {
    var status = stat()
    guard fstat(owner.descriptor.rawValue, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    return UInt64(max(0, status.st_size))
  }

  public mutating func seek(to offset: UInt64) throws(InputError) {
    do {
      _ = try owner.descriptor.seek(offset: Int64(clamping: offset), from: .start)
    } catch {
      throw InputError(name, "cannot be read from byte \(offset) on: \(error)")
    }
  }
}

extension InputError {
  /// Why a file could not be opened, in words.
  public static func opening(_ path: String, _ error: any Error) -> InputError {
    switch error as? Errno {
    case .noSuchFileOrDirectory?, .notDirectory?:
      InputError(path, "does not exist", remedy: "check the path")
    case .isDirectory?:
      InputError(path, "is a directory", remedy: "give the recording inside it")
    case .permissionDenied?, .notPermitted?:
      InputError(path, "may not be read by this user", remedy: "see its owner and group with: ls -l '\(path)'")
    default:
      InputError(path, "cannot be opened: \(error)")
    }
  }
}

/// Bytes that were read ahead, then the rest of the stream they came from.
///
/// For looking at the beginning of something that cannot be sought in, such as standard input.
public struct ReplayedStream: ByteStream {
  public var name: String { rest.name }
  private var ahead: MemoryStream
  private var rest: any ByteStream

  /// `prefix` must be what was read from `rest`.
  public init(prefix: [UInt8], rest: any ByteStream) {
    ahead = MemoryStream(prefix)
    self.rest = rest
  }

  public mutating func read(upTo count: Int, into bytes: inout [UInt8]) throws(InputError) -> Int {
    let got = ahead.read(upTo: count, into: &bytes)
    return got > 0 ? got : try rest.read(upTo: count, into: &bytes)
  }

  public var length: UInt64? { rest.length }

  public mutating func seek(to offset: UInt64) throws(InputError) {
    try rest.seek(to: offset)
    ahead = MemoryStream([])
  }
}
