async def test_e(demo_api):
    print(await demo_api.run("query($r:[_Any!]!){_entities(representations:$r){__typename ... on Customer {displayName}}}", {"r":[{"__typename":"Customer","customerId":1}]}))
    print(await demo_api.run("query($r:[_Any!]!){_entities(representations:$r){__typename}}", {"r":[{"__typename":"Customer","customerId":1}]}))
