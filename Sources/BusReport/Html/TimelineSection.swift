import BusTimeline

/// The place where the script draws the time line, and the still picture for paper and for browsers without scripts.
struct TimelineSection {
  let sample: TimelineSample
  let lanes: LaneOrder
  /// Why there are no items, where there are none.
  var nothing = "nothing was seen"

  func write(to page: inout PageText) {
    page.raw("<section class=\"timeline\" id=\"timeline\" aria-labelledby=\"timeline-title\">\n")
    page.raw("<h2 id=\"timeline-title\">Time line</h2>\n")
    guard sample.count > 0 else {
      page.raw("<p class=\"note\">")
      page.text("There is nothing to draw: \(nothing).")
      page.raw("</p>\n</section>\n")
      return
    }
    legend(&page)
    page.raw(
      """
      <div class="live" hidden>
      <div class="bar" role="toolbar" aria-label="View of the time line">
      <button type="button" data-do="out" aria-label="Zoom out" title="Zoom out (−)">−</button>
      <button type="button" data-do="in" aria-label="Zoom in" title="Zoom in (+)">+</button>
      <button type="button" data-do="all" title="Everything (0)">All</button>
      <button type="button" data-do="example" title="One whole story (e)">Example</button>
      <button type="button" data-do="before" title="The one before that somebody injected (p)">‹ Injected</button>
      <button type="button" data-do="after" title="The next that somebody injected (n)">Injected ›</button>
      <output class="range" aria-live="off"></output>
      </div>
      <canvas class="map" aria-hidden="true"></canvas>
      <div class="stage">
      <canvas class="lanes" tabindex="0" role="application" aria-roledescription="time line" \
      aria-label="Lanes of all devices" aria-describedby="keys"></canvas>
      <div class="hint" hidden></div>
      </div>
      <p class="keys" id="keys"><kbd>←</kbd> <kbd>→</kbd> move · <kbd>+</kbd> <kbd>−</kbd> zoom · <kbd>↑</kbd> \
      <kbd>↓</kbd> lane · <kbd>,</kbd> <kbd>.</kbd> message before, after · <kbd>n</kbd> <kbd>p</kbd> next, previous \
      injected · <kbd>c</kbd> its cause · <kbd>0</kbd> everything · drag, or turn the wheel after a click</p>
      <div class="details" aria-live="polite"></div>
      </div>

      """)
    OverviewPicture(density: sample.density, lanes: lanes).write(to: &page)
    if sample.isThinned { page.element("p", class: "note", thinning) }
    page.raw("</section>\n")
  }

  private var thinning: String {
    var text =
      "The capture holds \(Words.count(sample.total)) messages; the time line shows \(Words.count(sample.count)) of them: "
      + "of ordinary traffic one in \(Words.count(sample.ordinaryKeptOneIn))"
    text +=
      sample.notableKeptOneIn == 1
      ? ", and all that is damaged, injected, was not asked for or was asked in vain."
      : ", of what is damaged, injected, was not asked for or was asked in vain one in \(Words.count(sample.notableKeptOneIn))."
    return text + " The numbers and tables count everything."
  }

  private func legend(_ page: inout PageText) {
    page.raw("<p class=\"legend\">A lane shows what one device put on the wire. The colour says for whom: ")
    for (index, injector) in lanes.injectors.enumerated() {
      page.raw("<span class=\"key injector\(index % 3)\">")
      page.text("\(injector.name), and what it caused")
      page.raw("</span> ")
    }
    page.raw(
      """
      <span class="key phone">the phone</span> <span class="key own">the scooter’s own rhythm</span> \
      <span class="key unknown">not known</span> <span class="key damage">damaged</span>\
      <span class="shapes"> In the phone’s lane <b>▼</b> is written by the phone, <b>▲</b> an answer that it had asked \
      for, <b>△</b> one that it had not.</span></p>

      """)
  }
}
