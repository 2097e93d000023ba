import BusMonitor
import BusTimeline
import Testing

@Suite("Layout of the screen")
struct LayoutTests {
  @Test("Text and inks at common and odd sizes", arguments: [(80, 24), (40, 10), (200, 60), (120, 30), (20, 5)])
  func sizes(width: Int, height: Int) throws {
    var bus = try ScriptedBus()
    bus.tenSeconds()
    let grid = bus.monitor.draw(width: width, height: height)
    #expect((grid.width, grid.height) == (width, height))
    try GoldenScreen.expect(grid, is: "screen-\(width)x\(height)")
  }

  @Test("The selected row, with all that is known of it")
  func detail() throws {
    var bus = try ScriptedBus()
    bus.tenSeconds()
    bus.press(.down, .down, .down, .down)
    try GoldenScreen.expect(bus.monitor.draw(width: 80, height: 24), is: "selected")
  }

  @Test("Bit by bit, only the bits that changed are marked")
  func binary() throws {
    var bus = try ScriptedBus()
    bus.tenSeconds()
    bus.type("b/levers")
    bus.press(.enter)
    try GoldenScreen.expect(bus.monitor.draw(width: 100, height: 10), is: "binary")
  }

  @Test("The page of keys, and two taps with a note")
  func otherPages() throws {
    var bus = try ScriptedBus(source: "esc=/dev/ttyUSB0 bms=/dev/ttyUSB1", taps: ["esc", "bms"])
    bus.tenSeconds()
    bus.frame("2201 31 0a", at: 9900, from: .bms, tap: 1)
    bus.monitor.tell("/dev/ttyUSB1 is gone; waiting for it to come back")
    try GoldenScreen.expect(bus.monitor.draw(width: 80, height: 24), is: "two-taps")
    bus.type("?")
    try GoldenScreen.expect(bus.monitor.draw(width: 80, height: 24), is: "help")
  }

  @Test("Every size is drawn, whatever is on the screen")
  func everySize() throws {
    var bus = try ScriptedBus(taps: ["esc", "bms"])
    bus.tenSeconds()
    bus.monitor.tell("a note")
    for keys in ["", "b", "?", "x/a"] {
      bus.type(keys)
      bus.press(.down)
      for width in [0, 1, 2, 7, 8, 20, 39, 59, 60, 64, 70, 80, 139, 140, 1000, 5000] {
        for height in [0, 1, 2, 3, 4, 5, 6, 7, 15, 16, 17, 1000, 5000] {
          let grid = bus.monitor.draw(width: width, height: height)
          #expect(grid.cells.count == min(max(width, 1), 1000) * min(max(height, 1), 1000))
        }
      }
    }
  }

  @Test("A screen without a bus")
  func empty() throws {
    var bus = try ScriptedBus()
    #expect(bus.lines()[1] == "no frame so far")
    bus.bytes("00", at: 1)
    for tick in 0..<20 { bus.bytes("ff", at: Double(tick)) }
    #expect(bus.lines()[1].contains("is the baud rate right?"))
  }

  @Test("Names with characters that are no single column keep the layout")
  func strangeNames() throws {
    var bus = try ScriptedBus(source: "/tmp/\u{1B}[31mé日本\u{0301}.bin")
    #expect(bus.lines()[0].hasPrefix("mi-bus monitor  /tmp/?[31mé???.bin"))
  }
}
