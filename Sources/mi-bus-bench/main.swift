import NinebotBus

func decodeAll(_ bytes: [UInt8]) -> Int {
  var m = 0
  var decoder = FrameDecoder()
  var index = 0
  while index < bytes.count {
    let next = min(bytes.count, index + 65536)
    decoder.push(bytes.span.extracting(index..<next))
    m += decoder.events.count
    index = next
  }
  decoder.finish()
  return m + decoder.events.count
}
let load = try Workload(frames: 8_000_000)
print("\(load.frames) frames, \(load.bytes.count) bytes")
for _ in 0..<5 {
  let clock = ContinuousClock()
  var n = 0
  let bare = clock.measure { n = bareScan(load.bytes) }
  var m = 0
  let decode = clock.measure { m = decodeAll(load.bytes) }
  print(n, bare, m, decode)
}
