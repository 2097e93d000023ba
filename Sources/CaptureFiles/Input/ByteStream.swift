public import SystemPackage

/// Bytes in order, from a file, a pipe, a socket or memory.
public protocol ByteStream: Sendable {
  /// What errors call it.
  var name: String { get }
  /// Appends at most `count` bytes and returns how many; 0 is the end. May return fewer than asked for.
  mutating func read(upTo count: Int, into bytes: inout [UInt8]) throws(InputError) -> Int
  /// How many bytes it has now; nil where none can be read but the next.
  var length: UInt64? { get }
  /// Goes on at so many bytes from its start; only where `length` is known.
  mutating func seek(to offset: UInt64) throws(InputError)
}

extension ByteStream {
  public var length: UInt64? { nil }
  public mutating func seek(to offset: UInt64) throws(InputError) {
    throw InputError(name, "can only be read from its start to its end")
  }
}

/// A stream of bytes that are already in memory; hands out at most `piece` at a time.
public struct MemoryStream: ByteStream {
  public let name: String
  private let content: [UInt8]
  private let piece: Int
  private var position = 0

  public init(_ content: [UInt8], name: String = "memory", piece: Int = .max) {
    self.content = content
    self.name = name
    self.piece = piece
  }

  public mutating func read(upTo count: Int, into bytes: inout [UInt8]) -> Int {
    let end = min(content.count, position + min(count, piece))
    defer { position = end }
    bytes.append(contentsOf: content[position..<end])
    return end - position
  }
}

/// A stream over an open descriptor. The caller owns the descriptor and closes it.
public struct DescriptorStream: ByteStream {
  public let name: String
  private let descriptor: FileDescriptor

  public init(_ descriptor: FileDescriptor, name: String) {
    self.descriptor = descriptor
    self.name = name
  }

  public mutating func read(upTo count: Int, into bytes: inout [UInt8]) throws(InputError) -> Int {
    let before = bytes.count
    bytes.append(contentsOf: repeatElement(0, count: count))
    let descriptor = descriptor
    do {
      let got = try bytes.withUnsafeMutableBytes { buffer in
        try descriptor.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[before...]))
      }
      bytes.removeLast(count - got)
      return got
    } catch {
      bytes.removeLast(count)
      throw InputError(name, "cannot be read: \(error)")
    }
  }
}
