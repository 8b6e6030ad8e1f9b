def test_probe(wz, office, sample):
    r = wz(
        "new",
        "--category",
        "consult",
        "--channel",
        "website",
        "--title",
        "路灯",
        "--content",
        "不亮",
        "--format",
        "id",
        cwd=office,
    )
    print(r)
    print(wz("check", "--as-of", "2026-11-20", cwd=sample).out[:800])
    print(wz("validate", cwd=sample), wz("validate", cwd=office))
    assert 0
