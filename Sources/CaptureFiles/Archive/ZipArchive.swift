internal import CMinizip

/// A zip archive, read only: its members are listed at once and unpacked as streams.
///
/// For sigrok's `.sr` and for Android bug reports. Nothing is unpacked to disk, and a stream holds one window of
/// its member only, so a member may be larger than memory.
public struct ZipArchive: Sendable {
  /// One packed file.
  public struct Member: Hashable, Sendable {
    /// Path inside the archive, `/` between folders.
    public var name: String
    /// Bytes when unpacked, as the archive claims.
    public var size: UInt64
    /// Bytes in the archive.
    public var packedSize: UInt64
    /// Where minizip finds it again.
    fileprivate var place: ZipHandle.Place
    /// Why it cannot be unpacked: encrypted, or packed with a method other than deflate.
    fileprivate var obstacle: String?
  }

  /// What an archive may ask of its reader.
  public struct Limits: Hashable, Sendable {
    /// Members in the archive.
    public var members: Int
    /// Bytes of one unpacked member.
    public var memberSize: UInt64

    /// 100 000 members and 16 GiB each: a bug report has some thousand, an hour of 4 MHz samples 14 GB.
    public init(members: Int = 100_000, memberSize: UInt64 = 16 << 30) {
      self.members = members
      self.memberSize = memberSize
    }
  }

  /// The path, for errors.
  public let name: String
  /// All members in the order of the archive's directory, folders included.
  public let members: [Member]
  private let limits: Limits

  /// The first bytes of a zip archive: a local header, or the directory of an empty one.
  public static func recognises(_ prefix: [UInt8]) -> Bool {
    prefix.starts(with: [0x50, 0x4B, 0x03, 0x04]) || prefix.starts(with: [0x50, 0x4B, 0x05, 0x06])
  }

  /// Reads the directory of the archive at `path`, which must be a file that can be sought in.
  ///
  /// Refuses archives whose members overlap: that is how zip bombs get past deflate's factor of 1032.
  public init(path: String, limits: Limits = Limits()) throws(InputError) {
    let handle = try ZipHandle(path: path)
    members = try handle.list(most: limits.members)
    name = path
    self.limits = limits
  }

  /// The member with this path, or nil.
  public func member(named path: String) -> Member? { members.first { $0.name == path } }

  /// Streams a member. Each stream has its own file handle, closed with the stream's last copy.
  ///
  /// The bytes that were readable come before the error that a damaged member ends with.
  public func open(_ member: Member) throws(InputError) -> ZipMemberStream {
    let thing = "\(name), member \(member.name)"
    if let obstacle = member.obstacle {
      throw InputError(thing, obstacle, remedy: "pack the archive anew with deflate and without a password")
    }
    guard member.size <= limits.memberSize else {
      throw InputError(thing, "is \(member.size) bytes when unpacked, the most is \(limits.memberSize)")
    }
    let handle = try ZipHandle(path: name)
    try handle.enter(member.place, as: thing)
    return ZipMemberStream(name: thing, handle: handle, size: member.size)
  }

  /// The whole of a small member, such as a settings file; an error when it is larger than `most` bytes.
  public func contents(of member: Member, atMost most: Int) throws(InputError) -> [UInt8] {
    guard member.size <= UInt64(max(0, most)) else {
      throw InputError("\(name), member \(member.name)", "is \(member.size) bytes, the most is \(most)")
    }
    var stream = try open(member)
    var bytes: [UInt8] = []
    while try stream.read(upTo: 1 << 16, into: &bytes) > 0 {}
    return bytes
  }
}

/// The unpacked bytes of one member.
///
/// Copies share the place in the member: read from one of them only.
public struct ZipMemberStream: ByteStream {
  public let name: String
  private let handle: ZipHandle
  /// What the directory claims: more than that is damage.
  private let size: UInt64
  private var position: UInt64 = 0

  fileprivate init(name: String, handle: ZipHandle, size: UInt64) {
    self.name = name
    self.handle = handle
    self.size = size
  }

  public mutating func read(upTo count: Int, into bytes: inout [UInt8]) throws(InputError) -> Int {
    // One byte more than is left shows a member that goes on after its size.
    let most = Int(clamping: min(size - position, 1 << 40) + 1)
    let got = try handle.read(upTo: min(count, most), into: &bytes, as: name)
    position += UInt64(got)
    guard position <= size else {
      throw InputError(name, "is damaged: it holds more than the \(size) bytes that the archive's directory tells")
    }
    guard got > 0 || count == 0 || position == size else {
      throw InputError(name, "is damaged: it ends after \(position) of \(size) bytes")
    }
    return got
  }
}

extension ZipHandle {
  /// The members, checked against the size of the file they are in.
  fileprivate func list(most: Int) throws(InputError) -> [ZipArchive.Member] {
    var members: [ZipArchive.Member] = []
    var packed: UInt64 = 0
    var entry = try first()
    while let current = entry {
      guard members.count < most else {
        throw InputError(path, "has more than \(most) members", remedy: "give the recording in it by itself")
      }
      let (sum, overflow) = packed.addingReportingOverflow(current.packedSize)
      guard !overflow, sum <= fileSize else {
        throw InputError(path, "is damaged or a zip bomb: its members claim more bytes than the file has")
      }
      packed = sum
      members.append(
        ZipArchive.Member(
          name: current.name, size: current.size, packedSize: current.packedSize, place: current.place,
          obstacle: current.obstacle))
      entry = try next()
    }
    return members
  }
}
